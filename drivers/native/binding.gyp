{
  "targets": [
    {
      "target_name": "redfishd_native",
      "sources": ["src/addon.c", "src/gpio.c", "src/host_ipmi.c", "src/i2c.c", "src/notify.c", "src/watch.c", "src/watchdog.c"],
      "defines": ["NAPI_VERSION=8"],
      "cflags": ["-std=gnu11", "-Wall", "-Wextra", "-Wno-unused-parameter", "-O2"]
    }
  ]
}
