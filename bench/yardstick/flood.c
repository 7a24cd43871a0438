/*
 * The flood of sim/network/flood-runs.ts in C, without reading ahead: how fast the same work can be
 * done. bench/sim.ts compiles it (cc -O3), gives it the same overlay and messages, and compares the
 * checksum. One file of 32-bit integers in, one line out: CPU seconds, copies, deliveries, checksum.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WINDOWS 4096 /* lists of windows of 1,024 us */
#define CHUNK 64     /* words: next chunk, words in use, 31 pairs */
#define NODE_MASK 0x1fffff
#define NO_WAY_BACK 2047
#define NEVER 0x7fffffff
#define TAKEN (-1)

typedef struct {
  int32_t key, pending;
  int32_t *best;
} Flight;

static int32_t nodes, messages, copy_us, slots;
static double least, step;
static int32_t *offsets, *links, *from, *at, *keys;
static int32_t *uplink_free, *chunks, heads[WINDOWS], tails[WINDOWS];
static int32_t chunk_free = -1, chunks_used, chunks_max, counts[1025];
static int32_t *sorted_a, *sorted_b, sorted_room;
static Flight *flights;
static int64_t waiting, copies, deliveries;
static uint32_t checksum;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static int32_t *take(size_t words) {
  int32_t *memory = calloc(words + 1, sizeof(int32_t));
  if (memory == NULL) fail("out of memory");
  return memory;
}

static int32_t extend(int32_t list, int32_t last) {
  int32_t chunk = chunk_free;
  if (chunk >= 0) chunk_free = chunks[(size_t)chunk * CHUNK];
  else if (chunks_used < chunks_max) chunk = chunks_used++;
  else fail("too few chunks");
  chunks[(size_t)chunk * CHUNK] = -1;
  chunks[(size_t)chunk * CHUNK + 1] = 2;
  if (last < 0) heads[list] = chunk;
  else chunks[(size_t)last * CHUNK] = chunk;
  return tails[list] = chunk;
}

static inline void push(int32_t time, int32_t a, int32_t slot) {
  int32_t list = (time >> 10) & (WINDOWS - 1), chunk = tails[list];
  if (chunk < 0 || chunks[(size_t)chunk * CHUNK + 1] == CHUNK) chunk = extend(list, chunk);
  int32_t *words = chunks + (size_t)chunk * CHUNK, end = words[1];
  words[end] = a;
  words[end + 1] = (slot << 10) | (time & 1023);
  words[1] = end + 2;
  waiting++;
}

static inline void forward(int32_t slot, int32_t node, int32_t time, int32_t back) {
  Flight *flight = &flights[slot];
  int32_t *best = flight->best;
  const uint32_t key = (uint32_t)flight->key;
  const int32_t first = offsets[node], end = offsets[node + 1], skip = first + back;
  const int32_t count = end - first - (back == NO_WAY_BACK ? 0 : 1);
  int32_t leaves = uplink_free[node] > time ? uplink_free[node] : time;
  uplink_free[node] = leaves + count * copy_us;
  copies += count;
  for (int32_t link = first; link < end; link++) {
    if (link == skip) continue;
    leaves += copy_us;
    uint32_t x = ((uint32_t)link ^ key) * 0x85ebca6bu;
    x = ((x ^ (x >> 15)) + key) * 0xc2b2ae35u;
    const double draw = least + (double)(x >> 8) * step;
    const int32_t arrival = leaves + (int32_t)((double)links[2 * (size_t)link + 1] * draw);
    const int32_t word = links[2 * (size_t)link], to = word & NODE_MASK;
    if (arrival >= best[to]) continue;
    best[to] = arrival;
    flight->pending++;
    push(arrival, word, slot);
  }
}

static void publish(int32_t message) {
  int32_t slot = 0;
  while (slot < slots && flights[slot].pending > 0) slot++;
  if (slot == slots) fail("too few slots");
  Flight *flight = &flights[slot];
  if (flight->best == NULL) flight->best = take(nodes);
  for (int32_t i = 0; i < nodes; i++) flight->best[i] = NEVER;
  flight->key = keys[message];
  flight->best[from[message]] = TAKEN;
  forward(slot, from[message], at[message], NO_WAY_BACK);
}

/* Sorts a window by microsecond, in order of insertion; returns how many events it has. */
static int32_t open_window(int32_t list) {
  int32_t length = 0, head = heads[list];
  heads[list] = tails[list] = -1;
  memset(counts, 0, sizeof counts);
  for (int32_t c = head; c >= 0; c = chunks[(size_t)c * CHUNK]) {
    const int32_t *words = chunks + (size_t)c * CHUNK;
    length += (words[1] - 2) >> 1;
    for (int32_t i = 3; i < words[1]; i += 2) counts[(words[i] & 1023) + 1]++;
  }
  for (int32_t i = 0; i < 1024; i++) counts[i + 1] += counts[i];
  if (length > sorted_room) {
    sorted_room = 2 * length;
    free(sorted_a);
    free(sorted_b);
    sorted_a = take(sorted_room);
    sorted_b = take(sorted_room);
  }
  for (int32_t c = head, next; c >= 0; c = next) {
    int32_t *words = chunks + (size_t)c * CHUNK;
    for (int32_t i = 2; i < words[1]; i += 2) {
      const int32_t place = counts[words[i + 1] & 1023]++;
      sorted_a[place] = words[i];
      sorted_b[place] = words[i + 1];
    }
    next = words[0];
    words[0] = chunk_free;
    chunk_free = c;
  }
  return length;
}

static void run(void) {
  int32_t next = 0;
  for (int32_t window = 0; waiting > 0 || next < messages; window++) {
    const int32_t list = window & (WINDOWS - 1);
    const int32_t length = heads[list] < 0 ? 0 : open_window(list);
    for (int32_t i = 0; i <= length; i++) {
      const int32_t end = i < length ? (window << 10) | (sorted_b[i] & 1023) : (window + 1) << 10;
      /* a message that is published at the time of an arrival was planned before it */
      while (next < messages && (at[next] < end || (i < length && at[next] == end))) publish(next++);
      if (i == length) break;
      const int32_t node = sorted_a[i] & NODE_MASK, slot = sorted_b[i] >> 10;
      Flight *flight = &flights[slot];
      waiting--;
      if (flight->best[node] >= end) {
        flight->best[node] = TAKEN;
        deliveries++;
        uint32_t x = ((uint32_t)node ^ (uint32_t)flight->key) * 0x85ebca6bu ^ (uint32_t)end;
        checksum += x ^ (x >> 15);
        forward(slot, node, end, (int32_t)((uint32_t)sorted_a[i] >> 21));
      }
      flight->pending--;
    }
  }
}

static void read_all(FILE *file, int32_t *into, size_t words) {
  if (fread(into, sizeof(int32_t), words, file) != words) fail("the input is too short");
}

int main(int argc, char **argv) {
  int32_t header[6];
  double draws[2];
  FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL) fail("name a file of input");
  read_all(file, header, 6);
  nodes = header[0], messages = header[2], copy_us = header[3], slots = header[4];
  chunks_max = header[5];
  if (fread(draws, sizeof(double), 2, file) != 2) fail("the input is too short");
  least = draws[0], step = draws[1];
  offsets = take(nodes + 1), links = take(2 * (size_t)header[1]);
  from = take(messages), at = take(messages), keys = take(messages);
  read_all(file, offsets, nodes + 1);
  read_all(file, links, 2 * (size_t)header[1]);
  read_all(file, from, messages);
  read_all(file, at, messages);
  read_all(file, keys, messages);
  uplink_free = take(nodes), chunks = take((size_t)chunks_max * CHUNK);
  flights = calloc(slots, sizeof(Flight));
  for (int32_t i = 0; i < WINDOWS; i++) heads[i] = tails[i] = -1;
  const clock_t start = clock();
  run();
  const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  printf("{\"cpuSeconds\":%.6f,\"copies\":%lld,\"deliveries\":%lld,\"checksum\":%u}\n", seconds,
         (long long)copies, (long long)deliveries, checksum);
  return 0;
}
