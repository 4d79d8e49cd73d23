#!/usr/bin/env sh
# Copies the corpus of desk/tests/mail to the seeds of the fuzz targets.
set -eu
cd "$(dirname "$0")"
mkdir -p corpus/read corpus/clean_html corpus/quotes
cp ../desk/tests/mail/*.eml corpus/read/
# Half of each is what was said before.
cp ../desk/tests/mail/*.eml corpus/quotes/
# Mails with HTML are seeds for the cleaner as they are: it takes their headers for text.
for mail in $(grep -l '<[a-zA-Z]*>' ../desk/tests/mail/*.eml); do
    cp "$mail" "corpus/clean_html/$(basename "$mail" .eml).html"
done
