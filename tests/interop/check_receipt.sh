#!/usr/bin/env bash
# Check a receipt with bash, openssl, coreutils, grep and sed: NAME.tlog-proof, and NAME.leaf beside it.
#
#   check_receipt.sh NAME.tlog-proof LOG_KEY [WITNESS_KEY ...]
#
# Keys are verifier keys, <name>+<id>+<base64>, from elsewhere than the receipt; all must have signed. Ends with
# exit code 0 or 1, and one line. Formats: c2sp.org/tlog-proof, signed-note, tlog-cosignature; RFC 9162 2.1.3.2.
set -uo pipefail
export LC_ALL=C
fail() { echo "WRONG: $1" && exit 1; }
to_hex() { base64 -d 2>/dev/null | basenc --base16 -w0; }
to_bytes() { basenc --base16 -d 2>/dev/null; }
sha256() { sha256sum | cut -c-64 | tr a-f A-F; }

[ $# -ge 2 ] || fail "call: check_receipt.sh NAME.tlog-proof LOG_KEY [WITNESS_KEY ...]"
proof=$1 leaf=${1%.tlog-proof}.leaf number='^(0|[1-9][0-9]{0,17})$'
[ -r "$proof" ] && [ -r "$leaf" ] || fail "no $proof and $leaf to read"
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
sed '/^$/,$d' "$proof" >"$work/head"
sed '1,/^$/d' "$proof" >"$work/note"
sed '/^$/,$d' "$work/note" >"$work/text"
{ read -r origin && read -r size && read -r root; } <"$work/text" || fail "no checkpoint in $proof"
[ "$origin" = "${2%%+*}" ] || fail "a checkpoint of $origin, not of ${2%%+*}"
[[ $size =~ $number ]] || fail "no size in the checkpoint"

for key in "${@:2}"; do # a key is kind 01 or 04 and 32 bytes; a signature is key id, for 04 a time, and 64 bytes
    name=${key%%+*} rest=${key#*+} signature=
    public=$(to_hex <<<"${rest#*+}")
    [[ $public =~ ^0[14].{64}$ ]] || fail "$key is no verifier key"
    while read -r dash signer data; do
        [ "$dash $signer" = "— $name" ] && data=$(to_hex <<<"$data") || continue
        [ "${data:0:8}" != "$(tr a-f A-F <<<"${rest%%+*}")" ] || signature=${data:8}
    done <"$work/note"
    if [[ $public = 04* && -n $signature ]]; then
        printf 'cosignature/v1\ntime %d\n' "0x${signature:0:16}" >"$work/signed" 2>/dev/null || fail "no time by $name"
        signature=${signature:16}
    else
        : >"$work/signed"
    fi
    cat "$work/text" >>"$work/signed"
    to_bytes <<<"302A300506032B6570032100${public:2}" >"$work/key"
    to_bytes <<<"$signature" >"$work/signature"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" -rawin -in "$work/signed" \
        -sigfile "$work/signature" >/dev/null 2>&1 || fail "no good signature by $name"
done

mapfile -t lines < <(grep -v '^extra ' "$work/head")
[ "${lines[0]-}" = c2sp.org/tlog-proof@v1 ] && index=${lines[1]-} && index=${index#index }
[[ ${index-} =~ $number ]] && ((index < size)) || fail "no index of a leaf among $size"
at=$index last=$((size - 1)) hash=$({ printf '\0' && cat "$leaf"; } | sha256)
for line in "${lines[@]:2}"; do
    sibling=$(to_hex <<<"$line")
    [ $last -gt 0 ] || fail "too many hashes for leaf $index of $size"
    [ ${#sibling} -eq 64 ] || fail "no hash: $line"
    if ((at & 1 || at == last)); then
        hash=$(to_bytes <<<"01$sibling$hash" | sha256)
        until ((at & 1 || at == 0)); do ((at >>= 1, last >>= 1)); done
    else
        hash=$(to_bytes <<<"01$hash$sibling" | sha256)
    fi
    ((at >>= 1, last >>= 1))
done
[ $last -eq 0 ] && [ "$hash" = "$(to_hex <<<"$root")" ] || fail "leaf $index is not in the tree of $size"
echo "ok: leaf $index of $size in $origin, signed by all $(($# - 1))"
