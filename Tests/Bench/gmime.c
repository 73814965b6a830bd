/* GMime in the place of mailwicket-measure, for the bench (mail.py compiles and starts it).
 *
 * Each line of standard input is `parse ROUNDS FILE`, where FILE holds messages, each behind its size in decimal
 * digits and a line feed. For each message it does what the task `parse` of mailwicket-measure does: it reads the
 * structure, the subject, the date, the identifiers and the addresses, and decodes each part that holds no others, a
 * text into UTF-8. The messages lie in memory and GMime reads them there, without a copy.
 */

#include <glib.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct findings {
    size_t leaves;
    size_t addresses;
    size_t octets;
};

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "gmime: %s %s\n", what, name);
    exit(1);
}

static GPtrArray *load(const char *path)
{
    GPtrArray *messages = g_ptr_array_new_with_free_func((GDestroyNotify) g_byte_array_unref);
    FILE *file = fopen(path, "rb");
    size_t size;
    if (file == NULL) fail("cannot open", path);
    while (fscanf(file, "%zu", &size) == 1) {
        GByteArray *message = g_byte_array_sized_new(size);
        g_byte_array_set_size(message, size);
        if (fgetc(file) != '\n' || fread(message->data, 1, size, file) != size) fail("malformed", path);
        g_ptr_array_add(messages, message);
    }
    fclose(file);
    return messages;
}

static void read_addresses(InternetAddressList *list, struct findings *findings)
{
    int count = list == NULL ? 0 : internet_address_list_length(list);
    for (int index = 0; index < count; index++) {
        InternetAddress *address = internet_address_list_get_address(list, index);
        if (INTERNET_ADDRESS_IS_GROUP(address)) {
            read_addresses(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), findings);
        } else if (internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)) != NULL) {
            internet_address_get_name(address);
            findings->addresses++;
        }
    }
}

static void read_identifiers(GMimeMessage *message, const char *name)
{
    const char *value = g_mime_object_get_header(GMIME_OBJECT(message), name);
    if (value != NULL) g_mime_references_free(g_mime_references_parse(NULL, value));
}

static void read_header(GMimeMessage *message, struct findings *findings)
{
    g_mime_message_get_subject(message);
    g_mime_message_get_date(message);
    g_mime_message_get_message_id(message);
    read_identifiers(message, "In-Reply-To");
    read_identifiers(message, "References");
    read_addresses(g_mime_message_get_from(message), findings);
    read_addresses(g_mime_message_get_sender(message), findings);
    read_addresses(g_mime_message_get_reply_to(message), findings);
    read_addresses(g_mime_message_get_to(message), findings);
    read_addresses(g_mime_message_get_cc(message), findings);
}

static void decode(GMimePart *part, struct findings *findings)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    findings->leaves++;
    if (GMIME_IS_TEXT_PART(part)) {
        char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
        if (text != NULL) {
            findings->octets += strlen(text);
            g_free(text);
            return;
        }
    }
    if (content != NULL) {
        GMimeStream *stream = g_mime_stream_null_new();
        g_mime_data_wrapper_write_to_stream(content, stream);
        findings->octets += GMIME_STREAM_NULL(stream)->written;
        g_object_unref(stream);
    }
}

static void visit(GMimeObject *parent, GMimeObject *object, gpointer data)
{
    (void) parent;
    if (GMIME_IS_MESSAGE_PART(object)) {
        GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
        if (message != NULL) {
            read_header(message, data);
            g_mime_message_foreach(message, visit, data);
        }
    } else if (GMIME_IS_PART(object)) {
        decode(GMIME_PART(object), data);
    }
}

static void parse(GByteArray *octets, struct findings *findings)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(octets);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message;
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    message = g_mime_parser_construct_message(parser, NULL);
    if (message != NULL) {
        read_header(message, findings);
        g_mime_message_foreach(message, visit, findings);
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
}

int main(void)
{
    char *line = NULL, *loaded = NULL;
    size_t room = 0;
    GPtrArray *messages = NULL;
    g_mime_init();
    while (getline(&line, &room, stdin) > 0) {
        struct findings findings;
        struct timespec started, ended;
        int rounds, offset = 0;
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "parse %d %n", &rounds, &offset) != 1 || offset == 0) fail("unknown", line);
        if (loaded == NULL || strcmp(loaded, line + offset) != 0) {
            if (messages != NULL) g_ptr_array_unref(messages);
            messages = load(line + offset);
            free(loaded);
            loaded = strdup(line + offset);
        }
        clock_gettime(CLOCK_MONOTONIC, &started);
        for (int round = 0; round < rounds; round++) {
            memset(&findings, 0, sizeof findings);
            for (guint index = 0; index < messages->len; index++) parse(messages->pdata[index], &findings);
        }
        clock_gettime(CLOCK_MONOTONIC, &ended);
        printf("{\"seconds\":%.9f,\"findings\":{\"leaves\":%zu,\"addresses\":%zu,\"octets\":%zu}}\n",
            (double) (ended.tv_sec - started.tv_sec) + (double) (ended.tv_nsec - started.tv_nsec) / 1e9,
            findings.leaves, findings.addresses, findings.octets);
        fflush(stdout);
    }
    return 0;
}
