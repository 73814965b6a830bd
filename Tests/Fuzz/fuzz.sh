#!/usr/bin/env bash
# Builds the fuzz targets and runs each for FUZZ_SECONDS; TARGET=FuzzX runs one. See Tests/Fuzz/README.md.
set -euo pipefail

seconds=${FUZZ_SECONDS:-600}
targets=${TARGET:-FuzzSMTPSession FuzzMessage FuzzHTML FuzzTNEF FuzzZip FuzzCalendar FuzzReports FuzzReply FuzzCryptography FuzzTLS FuzzDNS FuzzSASL FuzzMailAuth FuzzPROXY}
scratch=.build-fuzz
here=Tests/Fuzz
# Mail of other projects lies beside the project, where it is there at all.
shared=${MAILWICKET_SHARED:-../shared}/corpora

# More seeds of a target: our own cases, and those of others.
seeds_of() {
  case $1 in
    FuzzMessage) echo Tests/Corpus "$shared"/mail/{mime4j,php_mime_mail_parser,stalwart_mail_parser,webklex_php_imap} ;;
    FuzzHTML) echo "$shared"/html "$shared"/mail/dompurify ;;
    FuzzTNEF) echo "$shared"/tnef/winmail ;;
    FuzzReports) echo Tests/Corpus/clients "$shared"/mail/{sisimai,flufl_bounce} ;;
    FuzzMailAuth) echo "$shared"/dkim/{mailauth,mimekit,stalwart} "$shared"/arc/validate "$shared"/dmarc/messages/dmarc ;;
    FuzzReply) echo Tests/Corpus/threads "$shared"/mail/{talon,crisp_email_reply_parser,email_reply_trimmer,github_email_reply_parser} ;;
  esac
}

for name in $targets; do
  MAILWICKET_FUZZ=1 swift build -c release --product "$name" --sanitize fuzzer --scratch-path $scratch
done
for name in $targets; do
  # New inputs go to the first folder; finds are inputs too, so that none comes back.
  folders=($scratch/corpus/"$name" $here/finds/"$name")
  mkdir -p "${folders[@]}"
  for folder in $here/seeds/"$name" $(seeds_of "$name"); do
    if [ -d "$folder" ]; then folders+=("$folder"); fi
  done
  # A certificate is made when it is wanted; its key goes nowhere.
  if [ "$name" = FuzzTLS ] && command -v openssl > /dev/null; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -days 30 \
      -subj /CN=mail.example.com -addext subjectAltName=DNS:mail.example.com,IP:192.0.2.1 \
      -out $scratch/corpus/"$name"/certificate 2> /dev/null
  fi
  echo "== $name: $seconds s, seeds from ${folders[*]:1}"
  # The input is at most 64 KiB, so that a second or this much memory for one of them is a find. SWIFT_BACKTRACE: a
  # crash is reported by libFuzzer, which knows its input.
  SWIFT_BACKTRACE=enable=no $scratch/release/"$name" -dict=$here/"$name".dict -max_total_time="$seconds" \
    -max_len=65536 -timeout=5 -rss_limit_mb=1024 -malloc_limit_mb=512 -print_final_stats=1 -verbosity="${FUZZ_VERBOSITY:-1}" \
    -artifact_prefix=$here/finds/"$name"/ "${folders[@]}"
done
