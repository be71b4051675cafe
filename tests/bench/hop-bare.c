/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bare peer of bench-gateway.py: hop-bare UPSTREAM_PORT. An epoll loop that hands the bytes of a request to a pooled connection to
 * the upstream and the bytes of the answer back, and reads nothing of either but the mark that ends an answer. Prints its port. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define END        "\r\n0\r\n\r\n"
#define END_LENGTH 7

typedef struct Side
{
  int fd;
  int is_upstream;
  struct Side *other;
  struct Side *next_idle;
  char tail[END_LENGTH];
  char *out; /* what the client would not take */
  size_t out_length;
} Side;

static int listening, poll_fd, upstream_port;
static Side *idle;
static int is_stale; /* a side was freed: no event of the same batch may be looked at */

static void
watch (Side *side, int how, unsigned events)
{
  struct epoll_event event = { .events = events, .data.ptr = side };

  epoll_ctl (poll_fd, how, side->fd, &event);
}

static Side *
side_new (int fd, int is_upstream)
{
  Side *side = calloc (1, sizeof *side);
  int on = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  side->fd = fd;
  side->is_upstream = is_upstream;
  watch (side, EPOLL_CTL_ADD, EPOLLIN | EPOLLRDHUP);
  return side;
}

static void
side_free (Side *side)
{
  for (Side **place = &idle; *place != NULL; place = &(*place)->next_idle)
    if (*place == side)
      {
        *place = side->next_idle;
        break;
      }
  is_stale = 1;
  close (side->fd);
  free (side->out);
  free (side);
}

static Side *
take_upstream (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                 .sin_port = htons (upstream_port) };
  Side *side = idle;
  int fd;

  if (side != NULL)
    {
      idle = side->next_idle;
      side->next_idle = NULL;
      return side;
    }
  fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    exit (1);
  return side_new (fd, 1);
}

static void
hang_up (Side *side)
{
  if (side->other != NULL)
    side_free (side->other);
  side_free (side);
}

static int
ends (Side *side, const char *data, size_t length)
{
  if (length >= END_LENGTH)
    memcpy (side->tail, data + length - END_LENGTH, END_LENGTH);
  else
    {
      memmove (side->tail, side->tail + length, END_LENGTH - length);
      memcpy (side->tail + END_LENGTH - length, data, length);
    }
  return memcmp (side->tail, END, END_LENGTH) == 0;
}

static void
on_answer (Side *side, const char *data, size_t length)
{
  Side *client = side->other;
  ssize_t n;

  if (client == NULL)
    {
      side_free (side);
      return;
    }
  n = send (client->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN)
    {
      hang_up (side);
      return;
    }
  n = n < 0 ? 0 : n;
  if ((size_t) n < length)
    {
      client->out = malloc (length - n);
      client->out_length = length - n;
      memcpy (client->out, data + n, length - n);
      watch (side, EPOLL_CTL_MOD, 0);
      watch (client, EPOLL_CTL_MOD, EPOLLIN | EPOLLRDHUP | EPOLLOUT);
    }
  if (!ends (side, data, length))
    return;
  side->other = client->other = NULL;
  side->next_idle = idle;
  idle = side;
}

static void
on_readable (Side *side)
{
  static char buffer[65536];
  ssize_t n = recv (side->fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n <= 0)
    {
      if (n == 0 || errno != EAGAIN)
        hang_up (side);
      return;
    }
  if (side->is_upstream)
    {
      on_answer (side, buffer, n);
      return;
    }
  if (side->other == NULL)
    {
      side->other = take_upstream ();
      side->other->other = side;
    }
  if (send (side->other->fd, buffer, n, MSG_NOSIGNAL) != n)
    hang_up (side);
}

static void
on_writable (Side *client)
{
  ssize_t n = send (client->fd, client->out, client->out_length, MSG_NOSIGNAL | MSG_DONTWAIT);

  if (n <= 0)
    return;
  memmove (client->out, client->out + n, client->out_length - n);
  client->out_length -= n;
  if (client->out_length > 0)
    return;
  free (client->out);
  client->out = NULL;
  watch (client, EPOLL_CTL_MOD, EPOLLIN | EPOLLRDHUP);
  if (client->other != NULL)
    watch (client->other, EPOLL_CTL_MOD, EPOLLIN | EPOLLRDHUP);
}

static int
listen_anywhere (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct epoll_event event = { .events = EPOLLIN };
  socklen_t size = sizeof address;

  listening = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listening < 0 || bind (listening, (struct sockaddr *) &address, size) != 0 || listen (listening, 4096) != 0 ||
      getsockname (listening, (struct sockaddr *) &address, &size) != 0)
    return 0;
  epoll_ctl (poll_fd, EPOLL_CTL_ADD, listening, &event);
  printf ("%d\n", ntohs (address.sin_port));
  fflush (stdout);
  return 1;
}

static void
dispatch (const struct epoll_event *event)
{
  Side *side = event->data.ptr;
  int fd;

  if (side == NULL)
    while ((fd = accept4 (listening, NULL, NULL, SOCK_CLOEXEC)) >= 0)
      side_new (fd, 0);
  else if ((event->events & EPOLLOUT) != 0)
    on_writable (side);
  else if ((event->events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0)
    hang_up (side);
  else
    on_readable (side);
}

int
main (int argc, char **argv)
{
  struct epoll_event events[128];
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  poll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (argc != 2 || (upstream_port = atoi (argv[1])) <= 0 || poll_fd < 0 || !listen_anywhere ())
    return 1;
  for (;;)
    {
      int n = epoll_wait (poll_fd, events, 128, -1);

      is_stale = 0;
      for (int i = 0; i < n && !is_stale; i++)
        dispatch (&events[i]);
    }
}
