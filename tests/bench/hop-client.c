/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client of bench-gateway.py: hop-client MODE PORT PATH TOKEN BODY STREAMS REQUESTS PID. Keeps STREAMS requests open, each followed by
 * the next on the same connection where the server keeps it, REQUESTS in all, and prints what it saw as one JSON object. A
 * delta is known by `@` and 16 digits, which are the monotonic time (us) at which it was sent. CPU is that of the process PID, or 0.
 * MODE: `all` measures from the first request to the last answer; `steady` from when every stream has had two deltas to when the first
 * stream ends; `hold` only opens them, waits until each has had a delta, prints `ready` and goes with the end of its input. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DIGITS    16
#define MAX_TIMES 8000000
#define MAX_US    180000000LL
#define IN_FLIGHT 128 /* streams being opened */
#define END       "\r\n0\r\n\r\n"

typedef struct
{
  int fd;
  int digits; /* -1: outside of a mark */
  long long value;
  long seen;
  int is_headed;  /* the head of the answer is read */
  int keeps;      /* the server keeps the connection */
  unsigned ended; /* bytes of the end that were seen in a row */
  char head[2048];
  unsigned head_length;
} Stream;

static Stream *streams;
static unsigned *times;
static long n_times, n_begun, n_done, n_wanted, n_failed, n_connections, n_ready, n_deltas;
static int n_streams, port, poll_fd, is_steady, is_measuring;
static char *request;
static size_t request_length;
static const char *pid;
static long long began, over, cpu_began, cpu_over;

static long long
get_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* Of all threads (ns). */
static long long
get_cpu (void)
{
  char path[600];
  long long sum = 0, one;
  struct dirent *entry;
  DIR *folder;

  snprintf (path, sizeof path, "/proc/%s/task", pid);
  folder = opendir (path);
  while (folder != NULL && (entry = readdir (folder)) != NULL)
    {
      FILE *file;

      snprintf (path, sizeof path, "/proc/%s/task/%s/schedstat", pid, entry->d_name);
      file = entry->d_name[0] != '.' ? fopen (path, "r") : NULL;
      if (file != NULL && fscanf (file, "%lld", &one) == 1)
        sum += one;
      if (file != NULL)
        fclose (file);
    }
  if (folder != NULL)
    closedir (folder);
  return sum;
}

static void
begin_measuring (void)
{
  is_measuring = 1;
  began = get_time ();
  cpu_began = get_cpu ();
}

static void
end_measuring (void)
{
  if (!is_measuring)
    return;
  is_measuring = 0;
  cpu_over = get_cpu ();
  over = get_time ();
}

static int
connect_to (Stream *stream)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                 .sin_port = htons (port) };
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = stream };
  int on = 1;

  stream->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (stream->fd < 0 || connect (stream->fd, (struct sockaddr *) &address, sizeof address) != 0)
    return 0;
  setsockopt (stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  n_connections++;
  return epoll_ctl (poll_fd, EPOLL_CTL_ADD, stream->fd, &event) == 0;
}

static int
begin (Stream *stream)
{
  n_begun++;
  stream->digits = -1;
  stream->seen = 0;
  stream->is_headed = 0;
  stream->head_length = 0;
  stream->ended = 0;
  if (stream->fd < 0 && !connect_to (stream))
    return 0;
  return send (stream->fd, request, request_length, MSG_NOSIGNAL) == (ssize_t) request_length;
}

static void
take_delta (Stream *stream, long long now)
{
  stream->digits = -1;
  n_deltas += is_measuring;
  if (is_measuring && n_times < MAX_TIMES)
    times[n_times++] = now > stream->value ? now - stream->value : 0;
  stream->seen++;
  if (stream->seen != 1 + is_steady)
    return;
  n_ready++;
  if (is_steady && n_ready == n_streams)
    begin_measuring ();
}

static void
scan (Stream *stream, const char *data, size_t length, long long now)
{
  const char *end = data + length;

  while (data < end)
    {
      if (stream->digits < 0)
        {
          data = memchr (data, '@', end - data);
          if (data == NULL)
            return;
          data++;
          stream->digits = 0;
          stream->value = 0;
          continue;
        }
      if (*data < '0' || *data > '9')
        {
          stream->digits = -1;
          continue;
        }
      stream->value = stream->value * 10 + (*data++ - '0');
      if (++stream->digits == DIGITS)
        take_delta (stream, now);
    }
}

/* Whether the answer is over. */
static int
take_end (Stream *stream, const char *data, size_t length)
{
  size_t from = length > 7 ? length - 7 : 0;

  if (length > 7)
    stream->ended = 0;
  for (size_t i = from; i < length; i++)
    stream->ended = data[i] == END[stream->ended] ? stream->ended + 1 : data[i] == '\r' ? 1 : 0;
  return stream->ended == sizeof END - 1;
}

static size_t
take_head (Stream *stream, const char *data, size_t length)
{
  unsigned before = stream->head_length;
  size_t n = sizeof stream->head - 1 - before < length ? sizeof stream->head - 1 - before : length;
  char *end;

  memcpy (stream->head + before, data, n);
  stream->head_length += n;
  stream->head[stream->head_length] = '\0';
  end = strstr (stream->head, "\r\n\r\n");
  if (end == NULL)
    return length;
  stream->is_headed = 1;
  stream->keeps = strcasestr (stream->head, "connection: close") == NULL;
  if (strncmp (stream->head + 9, "200", 3) != 0)
    {
      if (n_failed++ == 0)
        fprintf (stderr, "%.*s\n", (int) length, data);
    }
  return end + 4 - stream->head - before;
}

static void
end_of_answer (Stream *stream)
{
  n_failed += stream->seen == 0;
  if (is_steady)
    end_measuring ();
  n_done++;
  if (!stream->keeps || n_begun >= n_wanted)
    {
      close (stream->fd);
      stream->fd = -1;
    }
  if (n_begun < n_wanted && !begin (stream))
    n_failed++;
}

static void
on_bytes (Stream *stream)
{
  static char buffer[65536];
  ssize_t n = recv (stream->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  long long now = get_time ();
  size_t skipped;

  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0)
    {
      stream->keeps = 0;
      end_of_answer (stream);
      return;
    }
  skipped = stream->is_headed ? 0 : take_head (stream, buffer, n);
  scan (stream, buffer + skipped, n - skipped, now);
  if (take_end (stream, buffer, n) && stream->keeps)
    end_of_answer (stream);
}

static void
read_some (int wait)
{
  struct epoll_event events[128];
  int n = epoll_wait (poll_fd, events, 128, wait);

  for (int i = 0; i < n; i++)
    on_bytes (events[i].data.ptr);
}

static int
open_all (void)
{
  long long end = get_time () + MAX_US;

  for (int i = 0; i < n_streams; i++)
    {
      streams[i].fd = -1;
      if (!begin (&streams[i]))
        return 0;
      while (i - n_ready - n_done >= IN_FLIGHT && get_time () < end)
        read_some (100);
    }
  return 1;
}

static void
make_request (char **argv)
{
  request = malloc (strlen (argv[3]) + strlen (argv[4]) + strlen (argv[5]) + 300);
  request_length = sprintf (
    request,
    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nAccept: text/event-stream\r\n"
    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
    argv[3], argv[4], strlen (argv[5]), argv[5]);
}

static int
compare (const void *a, const void *b)
{
  unsigned left = *(const unsigned *) a, right = *(const unsigned *) b;

  return left < right ? -1 : left > right;
}

static int
hold (void)
{
  long long end = get_time () + MAX_US;

  while (n_ready < n_streams && n_failed == 0 && get_time () < end)
    read_some (100);
  if (n_ready < n_streams)
    return 1;
  puts ("ready");
  fflush (stdout);
  getchar ();
  return 0;
}

static void
print_result (void)
{
  qsort (times, n_times, sizeof times[0], compare);
  printf ("{\"deltas\":%ld,\"requests\":%ld,\"failed\":%ld,\"connections\":%ld,\"us\":%lld,\"cpu_us\":%.1f,"
          "\"p50_us\":%u,\"p99_us\":%u}\n",
          n_deltas, n_done, n_failed, n_connections, over - began, (cpu_over - cpu_began) / 1000.0,
          n_times > 0 ? times[n_times / 2] : 0, n_times > 0 ? times[n_times * 99 / 100] : 0);
}

int
main (int argc, char **argv)
{
  struct rlimit limit;
  long long end;

  if (argc != 9 || (n_streams = atoi (argv[6])) < 1 || (n_wanted = atol (argv[7])) < n_streams)
    return 2;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  streams = calloc (n_streams, sizeof *streams);
  times = malloc (MAX_TIMES * sizeof *times);
  is_steady = strcmp (argv[1], "steady") == 0;
  port = atoi (argv[2]);
  pid = argv[8];
  make_request (argv);
  poll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (strcmp (argv[1], "all") == 0)
    begin_measuring ();
  if (!open_all ())
    {
      fprintf (stderr, "the streams cannot be opened: %s\n", strerror (errno));
      return 1;
    }
  if (strcmp (argv[1], "hold") == 0)
    return hold ();
  end = get_time () + MAX_US;
  while (n_done < n_wanted && n_failed < 100 && get_time () < end)
    read_some (100);
  end_measuring ();
  print_result ();
  return n_done < n_wanted || n_failed > 0;
}
