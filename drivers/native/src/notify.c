// Notices to the service manager (sd_notify(3)): one datagram to a socket of the Unix domain, which Node cannot send.
#include "addon.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// notify(socket, text) -> 0, or a negative errno. A name that begins with @ is one of the abstract namespace (unix(7)).
static napi_value notify(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  char text[1024];
  if (!arguments(env, info, 2, args)) return NULL;
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  text_of(env, args[0], address.sun_path, sizeof address.sun_path);
  text_of(env, args[1], text, sizeof text);
  socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address.sun_path));
  if (address.sun_path[0] == '@') address.sun_path[0] = 0;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return number(env, -errno);
  ssize_t sent = sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, length);
  int failure = sent < 0 ? errno : 0;
  close(fd);
  return number(env, -failure);
}

void notify_init(napi_env env, napi_value exports) { add(env, exports, "notify", notify); }
