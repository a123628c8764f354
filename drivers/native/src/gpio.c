// GPIO lines through the character device, version 2 of its interface (linux/gpio.h, Linux 5.10 and later).
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// Events read in one turn of the event loop; what is left comes in the next, after everybody else.
#define EVENTS 64

// lines(path) -> [{ name, consumer, used }], or a negative errno
static napi_value lines(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  char path[256];
  if (!arguments(env, info, 1, args)) return NULL;
  text_of(env, args[0], path, sizeof path);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return number(env, -errno);
  struct gpiochip_info chip;
  memset(&chip, 0, sizeof chip);
  if (ioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &chip) < 0) {
    int failure = errno;
    close(fd);
    return number(env, -failure);
  }
  napi_value list;
  napi_create_array_with_length(env, chip.lines, &list);
  for (uint32_t offset = 0; offset < chip.lines; offset++) {
    struct gpio_v2_line_info line;
    memset(&line, 0, sizeof line);
    line.offset = offset;
    napi_value entry, name, consumer, used;
    napi_create_object(env, &entry);
    if (ioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, &line) < 0) memset(&line, 0, sizeof line);
    napi_create_string_utf8(env, line.name, strnlen(line.name, sizeof line.name), &name);
    napi_create_string_utf8(env, line.consumer, strnlen(line.consumer, sizeof line.consumer), &consumer);
    napi_get_boolean(env, (line.flags & GPIO_V2_LINE_FLAG_USED) != 0, &used);
    napi_set_named_property(env, entry, "name", name);
    napi_set_named_property(env, entry, "consumer", consumer);
    napi_set_named_property(env, entry, "used", used);
    napi_set_element(env, list, offset, entry);
  }
  close(fd);
  return list;
}

// request(path, offset, flags, value, debounceMicroseconds, consumer) -> descriptor of the line, or a negative errno.
// A value of -1 leaves an output as it is.
static napi_value request(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  char path[256];
  if (!arguments(env, info, 6, args)) return NULL;
  text_of(env, args[0], path, sizeof path);
  int64_t value = number_of(env, args[3]);
  int64_t debounce = number_of(env, args[4]);
  struct gpio_v2_line_request wanted;
  memset(&wanted, 0, sizeof wanted);
  wanted.offsets[0] = (uint32_t)number_of(env, args[1]);
  wanted.num_lines = 1;
  wanted.config.flags = (uint64_t)number_of(env, args[2]);
  text_of(env, args[5], wanted.consumer, sizeof wanted.consumer);
  if (value >= 0) {
    struct gpio_v2_line_config_attribute *attribute = &wanted.config.attrs[wanted.config.num_attrs++];
    attribute->mask = 1;
    attribute->attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
    attribute->attr.values = value ? 1 : 0;
  }
  if (debounce > 0) {
    struct gpio_v2_line_config_attribute *attribute = &wanted.config.attrs[wanted.config.num_attrs++];
    attribute->mask = 1;
    attribute->attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
    attribute->attr.debounce_period_us = (uint32_t)debounce;
  }
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return number(env, -errno);
  int failure = ioctl(fd, GPIO_V2_GET_LINE_IOCTL, &wanted) < 0 ? errno : 0;
  close(fd);
  if (failure) return number(env, -failure);
  fcntl(wanted.fd, F_SETFL, O_NONBLOCK);
  fcntl(wanted.fd, F_SETFD, FD_CLOEXEC);
  return number(env, wanted.fd);
}

// get(descriptor) -> 0 or 1, or a negative errno
static napi_value get(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  if (!arguments(env, info, 1, args)) return NULL;
  struct gpio_v2_line_values values = {.bits = 0, .mask = 1};
  if (ioctl((int)number_of(env, args[0]), GPIO_V2_LINE_GET_VALUES_IOCTL, &values) < 0) return number(env, -errno);
  return number(env, values.bits & 1);
}

// set(descriptor, value) -> 0, or a negative errno
static napi_value set(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  if (!arguments(env, info, 2, args)) return NULL;
  struct gpio_v2_line_values values = {.bits = number_of(env, args[1]) ? 1 : 0, .mask = 1};
  int result = ioctl((int)number_of(env, args[0]), GPIO_V2_LINE_SET_VALUES_IOCTL, &values);
  return number(env, result < 0 ? -errno : 0);
}

static napi_value close_line(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  if (!arguments(env, info, 1, args)) return NULL;
  return number(env, close((int)number_of(env, args[0])) < 0 ? -errno : 0);
}

// listener(count, last, nanoseconds): how many edges there were, whether the last was a rising one, and when by the
// kernel's clock. A negative count is an errno: the line is gone.
static void tell(struct watch *watch, int64_t count, int rising, uint64_t nanoseconds) {
  napi_env env = watch->env;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_value values[3];
  values[0] = number(env, count);
  napi_get_boolean(env, rising, &values[1]);
  napi_create_double(env, (double)nanoseconds, &values[2]);
  watch_tell(watch, 3, values);
  napi_close_handle_scope(env, scope);
}

static void ready(uv_poll_t *poll, int status, int events) {
  struct watch *watch = poll->data;
  if (status < 0) {
    tell(watch, status, 0, 0);
    return;
  }
  struct gpio_v2_line_event edges[EVENTS];
  ssize_t length = read(watch->fd, edges, sizeof edges);
  if (length < 0) {
    if (errno == EAGAIN || errno == EINTR) return;
    int failure = errno;
    uv_poll_stop(poll);
    tell(watch, -failure, 0, 0);
    return;
  }
  int64_t count = length / (ssize_t)sizeof edges[0];
  if (count == 0) {
    // The chip is gone: the descriptor stays readable and says nothing.
    uv_poll_stop(poll);
    tell(watch, -ENODEV, 0, 0);
    return;
  }
  struct gpio_v2_line_event *last = &edges[count - 1];
  tell(watch, count, last->id == GPIO_V2_LINE_EVENT_RISING_EDGE, last->timestamp_ns);
}

// watch(descriptor, listener): libuv waits for the line with everything else, and no thread is held.
static napi_value watch_line(napi_env env, napi_callback_info info) { return watch_start(env, info, ready); }

void gpio_init(napi_env env, napi_value exports) {
  add(env, exports, "gpioLines", lines);
  add(env, exports, "gpioRequest", request);
  add(env, exports, "gpioGet", get);
  add(env, exports, "gpioSet", set);
  add(env, exports, "gpioClose", close_line);
  add(env, exports, "gpioWatch", watch_line);
  add(env, exports, "gpioUnwatch", watch_end);
}
