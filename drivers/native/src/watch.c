// Files that libuv has no stream for and that poll(2) knows: who waits for them is told when there is something to read.
#include "watch.h"

#include <errno.h>
#include <stdlib.h>

static void closed(uv_handle_t *handle) { free(handle->data); }

void watch_tell(struct watch *watch, size_t count, const napi_value *values) {
  napi_env env = watch->env;
  napi_value listener, global, result;
  napi_get_reference_value(env, watch->listener, &listener);
  napi_get_global(env, &global);
  if (napi_make_callback(env, NULL, global, listener, count, values, &result) != napi_ok) {
    // Left pending it would come out of some later call that has nothing to do with it.
    napi_value thrown;
    if (napi_get_and_clear_last_exception(env, &thrown) == napi_ok) napi_fatal_exception(env, thrown);
  }
}

napi_value watch_start(napi_env env, napi_callback_info info, uv_poll_cb ready) {
  napi_value args[MAX_ARGUMENTS];
  if (!arguments(env, info, 2, args)) return NULL;
  uv_loop_t *loop;
  struct watch *watch = calloc(1, sizeof *watch);
  if (watch == NULL) return number(env, -ENOMEM);
  watch->env = env;
  watch->fd = (int)number_of(env, args[0]);
  napi_get_uv_event_loop(env, &loop);
  int failure = uv_poll_init(loop, &watch->poll, watch->fd);
  if (failure < 0) {
    free(watch);
    return number(env, failure);
  }
  watch->poll.data = watch;
  // A file alone keeps no process alive.
  uv_unref((uv_handle_t *)&watch->poll);
  napi_create_reference(env, args[1], 1, &watch->listener);
  failure = uv_poll_start(&watch->poll, UV_READABLE, ready);
  if (failure < 0) {
    napi_delete_reference(env, watch->listener);
    uv_close((uv_handle_t *)&watch->poll, closed);
    return number(env, failure);
  }
  napi_value handle;
  napi_create_external(env, watch, NULL, NULL, &handle);
  return handle;
}

napi_value watch_end(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  void *data = NULL;
  if (!arguments(env, info, 1, args)) return NULL;
  if (napi_get_value_external(env, args[0], &data) != napi_ok || data == NULL) return NULL;
  struct watch *watch = data;
  uv_poll_stop(&watch->poll);
  napi_delete_reference(env, watch->listener);
  uv_close((uv_handle_t *)&watch->poll, closed);
  return NULL;
}

// listener(failure): 0 when there is something to read, which is said again until it was read; else a negative errno,
// once.
static void ready(uv_poll_t *poll, int status, int events) {
  struct watch *watch = poll->data;
  napi_handle_scope scope;
  napi_open_handle_scope(watch->env, &scope);
  if (status < 0) uv_poll_stop(poll);
  napi_value failure = number(watch->env, status < 0 ? status : 0);
  watch_tell(watch, 1, &failure);
  napi_close_handle_scope(watch->env, scope);
}

static napi_value watch_file(napi_env env, napi_callback_info info) { return watch_start(env, info, ready); }

void watch_init(napi_env env, napi_value exports) {
  add(env, exports, "fileWatch", watch_file);
  add(env, exports, "fileUnwatch", watch_end);
}
