#ifndef MAILWICKET_COPENSSL_H
#define MAILWICKET_COPENSSL_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#endif
