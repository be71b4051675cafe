/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bare peer of bench-sse.py: an epoll loop that sends every event to every stream with one send(), and watches for those that
 * hang up, as every server must. Prints its port; a line `COUNT SIZE DELAY` of input makes so many events of so many bytes of text,
 * one each DELAY milliseconds; it then prints `done`. Goes at the end of its input. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MAX_FDS    65536
#define MAX_EVENTS 128
#define MAX_TEXT   4096
#define HEAD                                                                                                           \
  "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\nContent-Type: text/event-stream\r\n"         \
  "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nd\r\nretry: 1000\n\n\r\n"

static int listening, poll_fd, timer = -1;
static int streams[MAX_FDS], places[MAX_FDS], n_streams;
static long left, number;
static char text[MAX_TEXT + 1];

static void
watch (int fd, unsigned events)
{
  struct epoll_event event = { .events = events, .data.fd = fd };

  epoll_ctl (poll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void
hang_up (int fd)
{
  int place = places[fd];

  if (place > 0)
    {
      streams[place - 1] = streams[--n_streams];
      places[streams[place - 1]] = place;
      places[fd] = 0;
    }
  close (fd);
}

static void
take (void)
{
  int fd;
  int on = 1;

  while ((fd = accept4 (listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      if (fd >= MAX_FDS)
        {
          close (fd);
          continue;
        }
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch (fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
    }
}

static void
on_stream (int fd, unsigned events)
{
  char request[4096];
  ssize_t n = recv (fd, request, sizeof request, 0);

  if (n <= 0 || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
    {
      hang_up (fd);
      return;
    }
  if (places[fd] > 0)
    return;
  streams[n_streams++] = fd;
  places[fd] = n_streams;
  if (send (fd, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL) < 0)
    hang_up (fd);
}

static void
fan_out (void)
{
  struct timespec now;
  char data[MAX_TEXT + 256], chunk[MAX_TEXT + 512];
  int length;

  clock_gettime (CLOCK_MONOTONIC, &now);
  length = snprintf (data, sizeof data, "id: %ld\nevent: item\ndata: {\"text\":\"%s\",\"number\":%lld}\n\n", ++number,
                     text, now.tv_sec * 1000000LL + now.tv_nsec / 1000);
  length = snprintf (chunk, sizeof chunk, "%x\r\n%s\r\n", length, data);
  for (int i = n_streams - 1; i >= 0; i--)
    if (send (streams[i], chunk, length, MSG_NOSIGNAL) < 0)
      hang_up (streams[i]);
}

static void
on_time (void)
{
  unsigned long long ticks;

  if (read (timer, &ticks, sizeof ticks) < 0)
    return;
  if (left-- > 0)
    {
      fan_out ();
      return;
    }
  close (timer);
  timer = -1;
  puts ("done");
  fflush (stdout);
}

static int
on_order (void)
{
  char line[128];
  long size, delay;
  struct itimerspec time;

  if (fgets (line, sizeof line, stdin) == NULL || sscanf (line, "%ld %ld %ld", &left, &size, &delay) != 3)
    return 0;
  size = size < 0 ? 0 : size > MAX_TEXT ? MAX_TEXT : size;
  memset (text, 'a', size);
  text[size] = '\0';
  time.it_interval.tv_sec = time.it_value.tv_sec = delay / 1000;
  time.it_interval.tv_nsec = time.it_value.tv_nsec = delay % 1000 * 1000000;
  timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  timerfd_settime (timer, 0, &time, NULL);
  watch (timer, EPOLLIN);
  return 1;
}

static int
dispatch (const struct epoll_event *event)
{
  int fd = event->data.fd;

  if (fd == STDIN_FILENO)
    return on_order ();
  if (fd == listening)
    take ();
  else if (fd == timer)
    on_time ();
  else
    on_stream (fd, event->events);
  return 1;
}

int
main (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  struct epoll_event events[MAX_EVENTS];
  int goes_on = 1;

  listening = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  poll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (listening < 0 || poll_fd < 0 || bind (listening, (struct sockaddr *) &address, size) != 0 ||
      listen (listening, 1024) != 0 || getsockname (listening, (struct sockaddr *) &address, &size) != 0)
    return 1;
  printf ("%d\n", ntohs (address.sin_port));
  fflush (stdout);
  watch (listening, EPOLLIN);
  watch (STDIN_FILENO, EPOLLIN);
  while (goes_on)
    {
      int n = epoll_wait (poll_fd, events, MAX_EVENTS, -1);

      for (int i = 0; i < n && goes_on; i++)
        goes_on = dispatch (&events[i]);
    }
  return 0;
}
