/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client of bench-sse.py: sse-client PORT PATH TOKEN STREAMS EVENTS MARK. Opens the streams, prints `ready` once each has said
 * something, reads until each has had so many events, and prints what it saw as one JSON object. An event is known by the
 * digits after MARK, which are the monotonic time at which it was made (us). Gives up after two minutes. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_STREAMS 20000
#define MAX_TIMES   4000000
#define MAX_US      120000000LL
#define IN_FLIGHT   256 /* connections being opened */

static const char *mark;
static unsigned mark_length;

typedef struct
{
  int fd;
  unsigned matched;
  int in_number;
  int is_ready;
  long long value;
  long seen;
} Stream;

static Stream streams[MAX_STREAMS];
static unsigned times[MAX_TIMES];
static long n_times, n_ready, n_done, n_wanted, n_broken;
static int n_streams, poll_fd;

static long long
get_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void
end_number (Stream *stream, long long now)
{
  stream->in_number = 0;
  if (n_times < MAX_TIMES)
    times[n_times++] = now > stream->value ? now - stream->value : 0;
  if (++stream->seen == n_wanted)
    n_done++;
}

/* However the bytes are cut. */
static void
scan (Stream *stream, const char *data, ssize_t length, long long now)
{
  for (ssize_t i = 0; i < length; i++)
    {
      char c = data[i];

      if (stream->in_number && c >= '0' && c <= '9')
        stream->value = stream->value * 10 + (c - '0');
      else if (stream->in_number)
        end_number (stream, now);
      stream->matched = c == mark[stream->matched] ? stream->matched + 1 : c == mark[0];
      if (stream->matched < mark_length)
        continue;
      stream->matched = 0;
      stream->in_number = 1;
      stream->value = 0;
    }
}

static void
on_bytes (Stream *stream)
{
  static char buffer[65536];
  ssize_t n;

  while ((n = recv (stream->fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
    {
      long long now = get_time ();

      if (!stream->is_ready && memmem (buffer, n, "retry:", 6) != NULL)
        {
          stream->is_ready = 1;
          n_ready++;
        }
      scan (stream, buffer, n, now);
      if (n < (ssize_t) sizeof buffer)
        return;
    }
  if (n == 0 || (n < 0 && errno != EAGAIN))
    {
      n_broken++;
      epoll_ctl (poll_fd, EPOLL_CTL_DEL, stream->fd, NULL);
    }
}

static int
read_some (void)
{
  struct epoll_event events[128];
  int n = epoll_wait (poll_fd, events, 128, 100);

  for (int i = 0; i < n; i++)
    on_bytes (events[i].data.ptr);
  return n_broken == 0;
}

static int
open_stream (Stream *stream, int port, const char *request, size_t length)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                 .sin_port = htons (port) };
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = stream };

  stream->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return stream->fd >= 0 && connect (stream->fd, (struct sockaddr *) &address, sizeof address) == 0 &&
         send (stream->fd, request, length, MSG_NOSIGNAL) == (ssize_t) length &&
         epoll_ctl (poll_fd, EPOLL_CTL_ADD, stream->fd, &event) == 0;
}

static int
open_all (int port, const char *path, const char *token)
{
  char request[1024];
  int length = snprintf (request, sizeof request,
                         "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n", path, token);
  long long end = get_time () + MAX_US;

  for (int i = 0; i < n_streams; i++)
    {
      if (!open_stream (&streams[i], port, request, length))
        return 0;
      while (i - n_ready >= IN_FLIGHT && get_time () < end)
        if (!read_some ())
          return 0;
    }
  while (n_ready < n_streams && get_time () < end)
    if (!read_some ())
      return 0;
  return n_ready == n_streams;
}

static int
compare (const void *a, const void *b)
{
  unsigned left = *(const unsigned *) a, right = *(const unsigned *) b;

  return left < right ? -1 : left > right;
}

int
main (int argc, char **argv)
{
  long long end;

  if (argc != 7 || (n_streams = atoi (argv[4])) < 1 || n_streams > MAX_STREAMS || (n_wanted = atol (argv[5])) < 1)
    return 2;
  mark = argv[6];
  mark_length = strlen (mark);
  poll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (!open_all (atoi (argv[1]), argv[2], argv[3]))
    {
      fprintf (stderr, "%ld of %d streams opened, %ld broke: %s\n", n_ready, n_streams, n_broken, strerror (errno));
      return 1;
    }
  puts ("ready");
  fflush (stdout);
  end = get_time () + MAX_US;
  while (n_done < n_streams && get_time () < end && read_some ())
    ;
  if (n_done < n_streams)
    {
      fprintf (stderr, "%ld of %d streams had all, %ld broke\n", n_done, n_streams, n_broken);
      return 1;
    }
  qsort (times, n_times, sizeof times[0], compare);
  printf ("{\"events\":%ld,\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u}\n", n_times, times[n_times / 2],
          times[n_times * 99 / 100], times[n_times - 1]);
  return 0;
}
