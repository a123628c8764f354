// What the files of the addon share. All calls follow one rule: they return a number that is zero or more, or a negative
// errno (ioctl(2) and the like); nothing is thrown but for wrong arguments, which are a mistake of the caller.
#ifndef REDFISHD_ADDON_H
#define REDFISHD_ADDON_H

#include <node_api.h>
#include <stdint.h>

#define MAX_ARGUMENTS 8

// Arguments of a call; false when there are fewer than `wanted`, with an exception pending.
int arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *values);
int64_t number_of(napi_env env, napi_value value);
// Copies a text, cut to `size` bytes with the end.
void text_of(napi_env env, napi_value value, char *text, size_t size);
napi_value number(napi_env env, int64_t value);
void add(napi_env env, napi_value exports, const char *name, napi_callback function);

void gpio_init(napi_env env, napi_value exports);
void host_ipmi_init(napi_env env, napi_value exports);
void i2c_init(napi_env env, napi_value exports);
void notify_init(napi_env env, napi_value exports);
void watch_init(napi_env env, napi_value exports);
void watchdog_init(napi_env env, napi_value exports);

#endif
