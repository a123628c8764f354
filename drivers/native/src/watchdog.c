// Watchdog devices: the time-out, which cannot be set by writing to them (watchdog-api.rst).
#include "addon.h"

#include <errno.h>
#include <linux/watchdog.h>
#include <sys/ioctl.h>

// watchdogTimeout(fd, seconds) -> the seconds that the driver made of it, or a negative errno.
static napi_value set_timeout(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  if (!arguments(env, info, 2, args)) return NULL;
  int seconds = (int)number_of(env, args[1]);
  if (ioctl((int)number_of(env, args[0]), WDIOC_SETTIMEOUT, &seconds) < 0) return number(env, -errno);
  return number(env, seconds);
}

void watchdog_init(napi_env env, napi_value exports) { add(env, exports, "watchdogTimeout", set_timeout); }
