// I2C messages (linux/i2c-dev.h): a write and a read with a repeated start between them, of any length. Each bus has a
// thread of its own, so that one that hangs takes none of the threads that everybody shares.
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

struct job {
  struct job *next;
  napi_deferred deferred;
  uint16_t address;
  uint16_t write_length;
  uint16_t read_length;
  int failure; // errno; 0 when it went well
  int at_open; // the failure was one to open the bus
  uint8_t *write;
  uint8_t *read;
};

// Belongs to its thread and to Node together; whoever is through with it last frees it.
struct bus {
  char path[256];
  uv_mutex_t mutex;
  uv_cond_t wanted;
  struct job *first, *last;
  int ending;
  int owners;
  napi_threadsafe_function done; // NULL once Node has taken it away
};

static void free_job(struct job *job) {
  free(job->write);
  free(job->read);
  free(job);
}

// The bus is opened for each exchange: as long as somebody has it open the kernel can neither take its driver away nor
// give it back.
static int exchange(struct bus *bus, struct job *job) {
  int fd = open(bus->path, O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    job->at_open = 1;
    return errno;
  }
  struct i2c_msg messages[2];
  struct i2c_rdwr_ioctl_data data = {.msgs = messages, .nmsgs = 0};
  if (job->write_length > 0 || job->read_length == 0) {
    struct i2c_msg message = {.addr = job->address, .flags = 0, .len = job->write_length, .buf = job->write};
    messages[data.nmsgs++] = message;
  }
  if (job->read_length > 0) {
    struct i2c_msg message = {.addr = job->address, .flags = I2C_M_RD, .len = job->read_length, .buf = job->read};
    messages[data.nmsgs++] = message;
  }
  // A driver of the kernel that owns the address is asked first: I2C_RDWR alone would talk behind its back.
  int failed = ioctl(fd, I2C_SLAVE, (unsigned long)job->address) < 0 || ioctl(fd, I2C_RDWR, &data) < 0;
  int failure = failed ? errno : 0;
  close(fd);
  return failure;
}

static void let_go(struct bus *bus) {
  uv_mutex_lock(&bus->mutex);
  int owners = --bus->owners;
  uv_mutex_unlock(&bus->mutex);
  if (owners > 0) return;
  for (struct job *job = bus->first, *next; job != NULL; job = next) {
    next = job->next;
    free_job(job);
  }
  uv_cond_destroy(&bus->wanted);
  uv_mutex_destroy(&bus->mutex);
  free(bus);
}

static void *work(void *data) {
  struct bus *bus = data;
  uv_mutex_lock(&bus->mutex);
  for (;;) {
    while (bus->first == NULL && !bus->ending) uv_cond_wait(&bus->wanted, &bus->mutex);
    struct job *job = bus->first;
    if (job == NULL || bus->done == NULL) break;
    bus->first = job->next;
    if (bus->first == NULL) bus->last = NULL;
    uv_mutex_unlock(&bus->mutex);
    job->failure = exchange(bus, job);
    // Node may have ended meanwhile, and its function with it: that cannot happen while the mutex is held.
    uv_mutex_lock(&bus->mutex);
    if (bus->done == NULL || napi_call_threadsafe_function(bus->done, job, napi_tsfn_nonblocking) != napi_ok)
      free_job(job);
  }
  if (bus->done != NULL) napi_release_threadsafe_function(bus->done, napi_tsfn_release);
  uv_mutex_unlock(&bus->mutex);
  let_go(bus);
  return NULL;
}

// Resolves with the bytes that were read, or with [errno, whether the bus could not be opened].
static void settle(napi_env env, napi_value unused, void *context, void *data) {
  struct job *job = data;
  if (env != NULL) {
    napi_value result;
    if (job->failure != 0) {
      napi_value at_open;
      napi_create_array_with_length(env, 2, &result);
      napi_get_boolean(env, job->at_open, &at_open);
      napi_set_element(env, result, 0, number(env, job->failure));
      napi_set_element(env, result, 1, at_open);
    } else {
      napi_create_buffer_copy(env, job->read_length, job->read, NULL, &result);
    }
    napi_resolve_deferred(env, job->deferred, result);
  }
  free_job(job);
}

// The last that Node does with a bus. Its thread is not waited for: one that hangs must keep no process from ending.
static void ended(napi_env env, void *data, void *hint) {
  struct bus *bus = data;
  uv_mutex_lock(&bus->mutex);
  bus->done = NULL;
  bus->ending = 1;
  uv_cond_signal(&bus->wanted);
  uv_mutex_unlock(&bus->mutex);
  let_go(bus);
}

// i2cOpen(path) -> handle, or a negative errno. Nothing is opened before the first transfer.
static napi_value open_bus(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS], name, handle;
  if (!arguments(env, info, 1, args)) return NULL;
  struct bus *bus = calloc(1, sizeof *bus);
  if (bus == NULL) return number(env, -ENOMEM);
  text_of(env, args[0], bus->path, sizeof bus->path);
  uv_mutex_init(&bus->mutex);
  uv_cond_init(&bus->wanted);
  napi_create_string_utf8(env, "i2c", NAPI_AUTO_LENGTH, &name);
  napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, bus, ended, NULL, settle, &bus->done);
  // A bus alone keeps no process alive.
  napi_unref_threadsafe_function(env, bus->done);
  bus->owners = 2;
  pthread_t thread;
  int failure = pthread_create(&thread, NULL, work, bus);
  if (failure != 0) {
    bus->owners = 1;
    napi_release_threadsafe_function(bus->done, napi_tsfn_release);
    return number(env, -failure);
  }
  pthread_detach(thread);
  napi_create_external(env, bus, NULL, NULL, &handle);
  return handle;
}

static uint8_t *copy(const void *bytes, size_t length) {
  uint8_t *memory = calloc(1, length > 0 ? length : 1);
  if (memory != NULL && bytes != NULL && length > 0) memcpy(memory, bytes, length);
  return memory;
}

// i2cTransfer(handle, address, write, readLength) -> promise
static napi_value transfer(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS], promise;
  void *data = NULL, *bytes = NULL;
  size_t length = 0;
  if (!arguments(env, info, 4, args)) return NULL;
  if (napi_get_value_external(env, args[0], &data) != napi_ok || data == NULL) {
    napi_throw_type_error(env, NULL, "no bus");
    return NULL;
  }
  if (napi_get_buffer_info(env, args[2], &bytes, &length) != napi_ok || length > UINT16_MAX) {
    napi_throw_type_error(env, NULL, "no bytes to write");
    return NULL;
  }
  struct bus *bus = data;
  struct job *job = calloc(1, sizeof *job);
  if (job == NULL) return NULL;
  job->address = (uint16_t)number_of(env, args[1]);
  job->read_length = (uint16_t)number_of(env, args[3]);
  job->write_length = (uint16_t)length;
  job->write = copy(bytes, length);
  job->read = copy(NULL, job->read_length);
  napi_create_promise(env, &job->deferred, &promise);
  uv_mutex_lock(&bus->mutex);
  if (bus->last != NULL) bus->last->next = job;
  else bus->first = job;
  bus->last = job;
  uv_cond_signal(&bus->wanted);
  uv_mutex_unlock(&bus->mutex);
  return promise;
}

// i2cClose(handle): once. A transfer that hangs is not waited for.
static napi_value close_bus(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  void *data = NULL;
  if (!arguments(env, info, 1, args)) return NULL;
  if (napi_get_value_external(env, args[0], &data) != napi_ok || data == NULL) return NULL;
  struct bus *bus = data;
  uv_mutex_lock(&bus->mutex);
  bus->ending = 1;
  uv_cond_signal(&bus->wanted);
  uv_mutex_unlock(&bus->mutex);
  return NULL;
}

void i2c_init(napi_env env, napi_value exports) {
  add(env, exports, "i2cOpen", open_bus);
  add(env, exports, "i2cTransfer", transfer);
  add(env, exports, "i2cClose", close_bus);
}
