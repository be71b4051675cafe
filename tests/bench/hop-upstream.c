/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model server for bench-gateway.py: OpenAI's chat completions over HTTP/1.1 on a kept connection. The model's name says what is
 * wanted: `m-COUNT-US` is so many deltas, one each so many microseconds, 0 for as fast as they go, in turns with the other streams.
 * Each delta tells when it was sent: `@` and 16 digits (monotonic us). Prints its port; a line of input is answered by one of
 * `CONNECTIONS REQUESTS` so far. Goes at the end of its input. */
#include <arpa/inet.h>
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

#define MAX_REQUEST (64 * 1024)
#define MAX_PHASE   1000000 /* us; who speaks more seldom begins at once */
#define HEAD        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define MODELS      "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"object\":\"model\",\"context_window\":200000}]}"
#define DELTA                                                                                                          \
  "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\","      \
  "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@%016lld and so on \"},\"finish_reason\":null}]}\n\n"
#define LAST                                                                                                           \
  "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\","      \
  "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"                                           \
  "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\","      \
  "\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":99,\"total_tokens\":108}}\n\ndata: [DONE]\n\n"

typedef struct Connection
{
  int fd;
  char *in;
  size_t length;
  long left;     /* deltas; -1: no answer under way */
  long interval; /* us */
  long long due;
  char *out; /* what the socket would not take */
  size_t out_length;
  struct Connection *previous, *next; /* in the order of being due */
} Connection;

static Connection queue = { .previous = &queue, .next = &queue };
static int listening, poll_fd;
static long n_connections, n_requests;

static long long
get_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void
take_out (Connection *connection)
{
  if (connection->next == NULL)
    return;
  connection->previous->next = connection->next;
  connection->next->previous = connection->previous;
  connection->next = connection->previous = NULL;
}

static void
put_in (Connection *connection)
{
  Connection *before = queue.previous;

  while (before != &queue && before->due > connection->due)
    before = before->previous;
  connection->previous = before;
  connection->next = before->next;
  before->next->previous = connection;
  before->next = connection;
}

static void
hang_up (Connection *connection)
{
  take_out (connection);
  close (connection->fd);
  free (connection->in);
  free (connection->out);
  free (connection);
}

static void
watch (Connection *connection, int is_new, unsigned events)
{
  struct epoll_event event = { .events = events, .data.ptr = connection };

  epoll_ctl (poll_fd, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, connection->fd, &event);
}

static void
put_out (Connection *connection, const char *data, size_t length)
{
  ssize_t n = connection->out_length > 0 ? 0 : send (connection->fd, data, length, MSG_NOSIGNAL);

  if (n < 0)
    n = errno == EAGAIN ? 0 : (ssize_t) length; /* the end of the connection is told by its events */
  if ((size_t) n == length)
    return;
  connection->out = realloc (connection->out, connection->out_length + length - n);
  memcpy (connection->out + connection->out_length, data + n, length - n);
  connection->out_length += length - n;
  watch (connection, 0, EPOLLIN | EPOLLRDHUP | EPOLLOUT);
}

static void
send_chunk (Connection *connection, const char *text, size_t length)
{
  char chunk[2048];
  int n = snprintf (chunk, sizeof chunk, "%zx\r\n%.*s\r\n", length, (int) length, text);

  put_out (connection, chunk, n);
}

/* Whether there is more to come. */
static int
say (Connection *connection)
{
  char delta[512];

  if (connection->left-- > 0)
    {
      send_chunk (connection, delta, snprintf (delta, sizeof delta, DELTA, get_time ()));
      return 1;
    }
  send_chunk (connection, LAST, sizeof LAST - 1);
  put_out (connection, "0\r\n\r\n", 5);
  return 0;
}

static void
begin (Connection *connection, const char *request)
{
  const char *model = strstr (request, "\"m-");
  char answer[256];

  n_requests++;
  if (model == NULL || sscanf (model, "\"m-%ld-%ld", &connection->left, &connection->interval) != 2)
    {
      int n = snprintf (answer, sizeof answer,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        sizeof MODELS - 1, MODELS);

      connection->left = -1;
      put_out (connection, answer, n);
      return;
    }
  put_out (connection, HEAD, sizeof HEAD - 1);
  connection->due = get_time ();
  if (connection->interval > 0 && connection->interval < MAX_PHASE) /* so that they do not all speak at once */
    connection->due += random () % connection->interval;
  put_in (connection);
}

static void
on_request (Connection *connection)
{
  ssize_t n = recv (connection->fd, connection->in + connection->length, MAX_REQUEST - connection->length, 0);
  char *end, *length;

  if (n <= 0)
    {
      if (n == 0 || errno != EAGAIN)
        hang_up (connection);
      return;
    }
  connection->length += n;
  connection->in[connection->length] = '\0';
  end = strstr (connection->in, "\r\n\r\n");
  if (end == NULL)
    return;
  length = strcasestr (connection->in, "content-length:");
  if (connection->length <
      (size_t) (end + 4 - connection->in) + (length != NULL && length < end ? strtoul (length + 15, NULL, 10) : 0))
    return;
  connection->length = 0;
  begin (connection, connection->in);
}

static void
take (void)
{
  int fd, on = 1;

  while ((fd = accept4 (listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      Connection *connection = calloc (1, sizeof *connection);

      n_connections++;
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connection->fd = fd;
      connection->in = malloc (MAX_REQUEST + 1);
      connection->left = -1;
      watch (connection, 1, EPOLLIN | EPOLLRDHUP);
    }
}

static void
on_writable (Connection *connection)
{
  ssize_t n = send (connection->fd, connection->out, connection->out_length, MSG_NOSIGNAL);

  if (n <= 0)
    return;
  memmove (connection->out, connection->out + n, connection->out_length - n);
  connection->out_length -= n;
  if (connection->out_length == 0)
    watch (connection, 0, EPOLLIN | EPOLLRDHUP);
}

/* Everybody who is due has a turn; how long until the next one is (us), -1 when there is none. */
static long long
say_all (void)
{
  long long now = get_time ();
  Connection *connection;

  while ((connection = queue.next) != &queue && connection->due <= now)
    {
      take_out (connection);
      if (connection->out_length > 4096 || say (connection))
        {
          connection->due = connection->interval > 0 ? connection->due + connection->interval : now + 1;
          put_in (connection);
        }
    }
  if (connection == &queue)
    return -1;
  return connection->due - now;
}

static int
on_order (void)
{
  char line[64];

  if (fgets (line, sizeof line, stdin) == NULL)
    return 0;
  printf ("%ld %ld\n", n_connections, n_requests);
  fflush (stdout);
  return 1;
}

static int
listen_anywhere (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t size = sizeof address;

  listening = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listening < 0 || bind (listening, (struct sockaddr *) &address, size) != 0 || listen (listening, 4096) != 0 ||
      getsockname (listening, (struct sockaddr *) &address, &size) != 0)
    return 0;
  printf ("%d\n", ntohs (address.sin_port));
  fflush (stdout);
  return 1;
}

static int
dispatch (const struct epoll_event *event)
{
  static Connection *const listener = (Connection *) &listening, *const input = (Connection *) &poll_fd;
  Connection *connection = event->data.ptr;

  if (connection == input)
    return on_order ();
  if (connection == listener)
    take ();
  else
    {
      if ((event->events & EPOLLOUT) != 0)
        on_writable (connection);
      if ((event->events & ~EPOLLOUT) != 0)
        on_request (connection);
    }
  return 1;
}

int
main (void)
{
  struct epoll_event events[128];
  struct epoll_event listener = { .events = EPOLLIN, .data.ptr = &listening };
  struct epoll_event input = { .events = EPOLLIN, .data.ptr = &poll_fd };
  struct rlimit limit;
  int goes_on = 1;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  poll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (poll_fd < 0 || !listen_anywhere ())
    return 1;
  epoll_ctl (poll_fd, EPOLL_CTL_ADD, listening, &listener);
  epoll_ctl (poll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &input);
  while (goes_on)
    {
      long long wait = say_all ();
      struct timespec time = { .tv_sec = wait / 1000000, .tv_nsec = wait % 1000000 * 1000 };
      int n = epoll_pwait2 (poll_fd, events, 128, wait < 0 ? NULL : &time, NULL);

      for (int i = 0; i < n && goes_on; i++)
        goes_on = dispatch (&events[i]);
    }
  return 0;
}
