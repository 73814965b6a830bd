#ifndef MAILWICKET_CRESOLV_H
#define MAILWICKET_CRESOLV_H

#include <netinet/in.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

// What follows wraps macros, unions and bit fields that Swift does not see.

typedef struct __res_state mailwicket_resolver;

// A state with the machine's configuration, which is read anew when it changed; NULL for want of memory.
//
// Names are asked for as they are, and a truncated response is returned as it is: the library waits for a server by
// TCP without any limit of time.
static inline mailwicket_resolver *mailwicket_resolver_open(void) {
    mailwicket_resolver *state = calloc(1, sizeof *state);
    if (state == NULL) return NULL;
    if (res_ninit(state) != 0) {
        free(state);
        return NULL;
    }
    state->options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES | RES_USEVC | RES_USE_EDNS0 | RES_DEBUG);
    state->options |= RES_IGNTC;
    return state;
}

static inline void mailwicket_resolver_close(mailwicket_resolver *state) {
    res_nclose(state);
    free(state);
}

// Seconds for a server's first answer, and how often all servers are asked.
static inline void mailwicket_resolver_set_attempts(mailwicket_resolver *state, int seconds, int attempts) {
    state->retrans = seconds;
    state->retry = attempts;
}

static inline void mailwicket_resolver_remove_servers(mailwicket_resolver *state) {
    for (int index = 0; index < MAXNS; index++) {
        free(state->_u._ext.nsaddrs[index]);
        state->_u._ext.nsaddrs[index] = NULL;
    }
    state->nscount = 0;
    // The library takes over what it finds in `nsaddr_list`, and in `nsaddrs` where the list has family 0.
    state->_u._ext.nscount = 0;
}

// Adds a server with an address of 4 or 16 octets; 0 when there is no room for it.
static inline int mailwicket_resolver_add_server(
    mailwicket_resolver *state, const unsigned char *address, size_t size, unsigned short port) {
    int index = state->nscount;
    if (index >= MAXNS) return 0;
    memset(&state->nsaddr_list[index], 0, sizeof state->nsaddr_list[index]);
    if (size == 4) {
        state->nsaddr_list[index].sin_family = AF_INET;
        state->nsaddr_list[index].sin_port = htons(port);
        memcpy(&state->nsaddr_list[index].sin_addr, address, size);
    } else if (size == 16) {
        struct sockaddr_in6 *server = calloc(1, sizeof *server);
        if (server == NULL) return 0;
        server->sin6_family = AF_INET6;
        server->sin6_port = htons(port);
        memcpy(&server->sin6_addr, address, size);
        state->_u._ext.nsaddrs[index] = server;
    } else {
        return 0;
    }
    state->nscount = index + 1;
    return 1;
}

// Copies the address of a server and returns its size; 0 when there is none of that number.
static inline socklen_t mailwicket_resolver_server(
    const mailwicket_resolver *state, int index, struct sockaddr_in6 *server) {
    if (index < 0 || index >= state->nscount || index >= MAXNS) return 0;
    memset(server, 0, sizeof *server);
    if (state->nsaddr_list[index].sin_family == AF_INET) {
        memcpy(server, &state->nsaddr_list[index], sizeof state->nsaddr_list[index]);
        return sizeof state->nsaddr_list[index];
    }
    if (state->_u._ext.nsaddrs[index] == NULL) return 0;
    *server = *state->_u._ext.nsaddrs[index];
    return sizeof *server;
}

static inline int mailwicket_resolver_send(
    mailwicket_resolver *state, const unsigned char *query, int count, unsigned char *response, int capacity) {
    return res_nsend(state, query, count, response, capacity);
}

#endif
