#include "addon.h"

int arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *values) {
  size_t count = MAX_ARGUMENTS;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  if (count >= wanted) return 1;
  napi_throw_type_error(env, NULL, "too few arguments");
  return 0;
}

int64_t number_of(napi_env env, napi_value value) {
  int64_t number = 0;
  napi_get_value_int64(env, value, &number);
  return number;
}

void text_of(napi_env env, napi_value value, char *text, size_t size) {
  text[0] = 0;
  napi_get_value_string_utf8(env, value, text, size, NULL);
}

napi_value number(napi_env env, int64_t value) {
  napi_value result;
  napi_create_int64(env, value, &result);
  return result;
}

void add(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value);
  napi_set_named_property(env, exports, name, value);
}

NAPI_MODULE_INIT() {
  gpio_init(env, exports);
  host_ipmi_init(env, exports);
  i2c_init(env, exports);
  notify_init(env, exports);
  watch_init(env, exports);
  watchdog_init(env, exports);
  return exports;
}
