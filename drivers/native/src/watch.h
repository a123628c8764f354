// What waits for files that libuv has no stream for and that poll(2) knows, be they lines or others.
#ifndef REDFISHD_WATCH_H
#define REDFISHD_WATCH_H

#include "addon.h"

#include <uv.h>

struct watch {
  uv_poll_t poll;
  napi_env env;
  napi_ref listener;
  int fd;
};

// What a call watch(descriptor, listener) does: `ready` is told when there is something to read. Gives a handle for
// `watch_end`, or a negative errno.
napi_value watch_start(napi_env env, napi_callback_info info, uv_poll_cb ready);
// unwatch(handle): once for each handle, also from within its listener.
napi_value watch_end(napi_env env, napi_callback_info info);
// Calls the listener; within a handle scope.
void watch_tell(struct watch *watch, size_t count, const napi_value *values);

#endif
