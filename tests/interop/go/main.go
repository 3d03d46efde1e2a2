// Check published packs and receipts with Go's own transparency-log packages; nothing of pollbook is used.
//
//	check -log KEY [-witness KEY]... [-kept CHECKPOINT] PACK|RECEIPT.tlog-proof ...
//
// Keys are verifier keys (c2sp.org/signed-note), from elsewhere than what is checked. Every witness that is
// named must have cosigned. A pack must also continue the kept checkpoint. Prints one line for each pack and
// receipt, and ends with exit code 1 at the first that is wrong, 2 where it was called wrongly.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height       = 8           // levels of the tree in one tile
	width        = 1 << height // hashes in a full tile, leaves in a full bundle
	timeSize     = 8           // bytes before the signature in a cosignature
	cosignature  = 4           // the kind of a witness's key
	treeHeading  = "go.sum database tree\n"
	proofSuffix  = ".tlog-proof"
	proofHeading = "c2sp.org/tlog-proof@v1"
)

// A cosigner is a note.Verifier of a witness's cosignature/v1, which x/mod does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(text, sig []byte) bool {
	if len(sig) != timeSize+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(sig) // since 1970
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	return seconds <= math.MaxInt64 && ed25519.Verify(c.key, []byte(signed), sig[timeSize:])
}

// newCosigner reads a witness's verifier key, <name>+<key id>+<base64(kind || public key)>.
func newCosigner(text string) (note.Verifier, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("%q is no verifier key", text)
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != cosignature {
		return nil, fmt.Errorf("%q is no witness's key", text)
	}
	sum := sha256.Sum256([]byte(parts[0] + "\n" + string(key)))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return nil, fmt.Errorf("key id of %q is not %x", text, sum[:4])
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:]), key[1:]}, nil
}

// openCheckpoint checks that a checkpoint is the log's and that all the signers signed it.
func openCheckpoint(msg []byte, log note.Verifier, signers []note.Verifier) (tree tlog.Tree, err error) {
	opened, err := note.Open(msg, note.VerifierList(signers...))
	if err != nil {
		return tree, err
	}
	signed := map[string]bool{}
	for _, sig := range opened.Sigs {
		signed[fmt.Sprintf("%s+%08x", sig.Name, sig.Hash)] = true
	}
	for _, signer := range signers {
		if !signed[fmt.Sprintf("%s+%08x", signer.Name(), signer.KeyHash())] {
			return tree, fmt.Errorf("no signature by %s", signer.Name())
		}
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if origin != log.Name() {
		return tree, fmt.Errorf("a checkpoint of %s, not of %s", origin, log.Name())
	}
	tree, err = tlog.ParseTree([]byte(treeHeading + rest))
	if err == nil && tree.N == 0 {
		err = errors.New("a checkpoint of no leaves")
	}
	return tree, err
}

// A folder is a tlog.TileReader of the tiles in a pack: tile/L/N there is tile/8/L/N here.
type folder string

func (f folder) Height() int                         { return height }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		bytes, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (f folder) read(tile tlog.Tile) ([]byte, error) {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	if tile.L < 0 {
		path = "entries" + strings.TrimPrefix(path, "data")
	}
	return os.ReadFile(filepath.Join(string(f), "tile", path))
}

// leafHashes reads all tiles of the tree, each checked against the one above it and at last against the root.
func leafHashes(tree tlog.Tree, tiles tlog.HashReader) (all []tlog.Hash, err error) {
	for start := int64(0); start < tree.N; start += width {
		var indexes []int64
		for n := start; n < start+width && n < tree.N; n++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, n))
		}
		hashes, err := tiles.ReadHashes(indexes)
		if err != nil {
			return nil, err
		}
		all = append(all, hashes...)
	}
	root, err := tlog.TreeHash(tree.N, tiles)
	if err == nil && root != tree.Hash {
		err = fmt.Errorf("the tiles have root %v, not %v", root, tree.Hash)
	}
	return all, err
}

// checkLeaf checks a published leaf against the hash in its tile.
func checkLeaf(position int64, leaf []byte, hashes []tlog.Hash) error {
	if position < 0 || position >= int64(len(hashes)) || tlog.RecordHash(leaf) != hashes[position] {
		return fmt.Errorf("leaf %d is not the one in the tree", position)
	}
	return nil
}

// checkLines checks the leaves of a public pack, a line each; returns how many.
func checkLines(pack folder, hashes []tlog.Hash) (count int64, err error) {
	files, err := filepath.Glob(filepath.Join(string(pack), "leaves", "*.txt"))
	last := int64(-1)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return count, err
		}
		for _, line := range bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) {
			number, leaf, _ := bytes.Cut(line, []byte(" "))
			position, err := strconv.ParseInt(string(number), 10, 64)
			if err != nil || position <= last {
				return count, fmt.Errorf("%s: no ascending position in %.20q", file, line)
			}
			if err := checkLeaf(position, leaf, hashes); err != nil {
				return count, err
			}
			last = position
			count++
		}
	}
	return count, err
}

// checkBundles checks the entry bundles of a panel's pack; returns how many leaves they hold.
func checkBundles(pack folder, hashes []tlog.Hash) (count int64, err error) {
	size := int64(len(hashes))
	for count < size {
		tile := tlog.Tile{H: height, L: -1, N: count / width, W: width}
		if size-count < width {
			tile.W = int(size - count)
		}
		data, err := pack.read(tile)
		if err != nil {
			return count, err
		}
		for i := 0; i < tile.W; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return count, fmt.Errorf("leaf %d is cut", count)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			if err := checkLeaf(count, data[2:end], hashes); err != nil {
				return count, err
			}
			data = data[end:]
			count++
		}
		if len(data) > 0 {
			return count, fmt.Errorf("%d bytes too many after leaf %d", len(data), count-1)
		}
	}
	return count, nil
}

// checkContinues checks that a kept tree is the beginning of a new one, by a proof made from its tiles.
func checkContinues(kept, tree tlog.Tree, tiles tlog.HashReader) error {
	if kept.N > tree.N {
		return fmt.Errorf("rolled back from %d leaves to %d", kept.N, tree.N)
	}
	proof, err := tlog.ProveTree(tree.N, kept.N, tiles)
	if err == nil {
		err = tlog.CheckTree(proof, tree.N, tree.Hash, kept.N, kept.Hash)
	}
	if err != nil {
		return fmt.Errorf("does not continue the kept checkpoint of %d leaves: %w", kept.N, err)
	}
	return nil
}

// A checker knows whom to believe.
type checker struct {
	log     note.Verifier
	signers []note.Verifier // the log and the witnesses
	kept    *tlog.Tree
}

func (c checker) pack(path string) (string, error) {
	pack := folder(path)
	msg, err := os.ReadFile(filepath.Join(path, "checkpoint"))
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(msg, c.log, c.signers)
	if err != nil {
		return "", err
	}
	tiles := tlog.TileHashReader(tree, pack)
	hashes, err := leafHashes(tree, tiles)
	if err != nil {
		return "", err
	}
	check := checkLines
	if _, err := os.Stat(filepath.Join(path, "tile", "entries")); err == nil {
		check = checkBundles
	}
	leaves, err := check(pack, hashes)
	if err != nil {
		return "", err
	}
	said := fmt.Sprintf("root of %d leaves is %v, %d leaves are here", tree.N, tree.Hash, leaves)
	if c.kept == nil {
		return said, nil
	}
	return said + fmt.Sprintf(", continues %d", c.kept.N), checkContinues(*c.kept, tree, tiles)
}

func (c checker) receipt(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	leaf, err := os.ReadFile(strings.TrimSuffix(path, proofSuffix) + ".leaf")
	if err != nil {
		return "", err
	}
	head, msg, _ := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) > 1 && strings.HasPrefix(lines[1], "extra ") {
		lines = append(lines[:1], lines[2:]...)
	}
	if len(lines) < 2 || lines[0] != proofHeading {
		return "", errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil || lines[1] != fmt.Sprintf("index %d", index) {
		return "", fmt.Errorf("no index in %.40q", lines[1])
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return "", err
		}
		proof = append(proof, hash)
	}
	tree, err := openCheckpoint([]byte(msg), c.log, c.signers)
	if err != nil {
		return "", err
	}
	said := fmt.Sprintf("leaf %d of %d", index, tree.N)
	return said, tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

// fail ends the program where a step went wrong.
func fail(code int, what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "WRONG %s: %v\n", what, err)
		os.Exit(code)
	}
}

func main() {
	var c checker
	var witnesses []note.Verifier
	logKey := flag.String("log", "", "verifier `key` of the log")
	kept := flag.String("kept", "", "a `checkpoint` kept from earlier, which packs must continue")
	flag.Func("witness", "verifier `key` of a witness that must have cosigned", func(text string) error {
		witness, err := newCosigner(text)
		witnesses = append(witnesses, witness)
		return err
	})
	flag.Parse()
	log, err := note.NewVerifier(*logKey)
	fail(2, "-log", err)
	if flag.NArg() == 0 {
		fail(2, "call", errors.New("no pack and no receipt named"))
	}
	c.log, c.signers = log, append([]note.Verifier{log}, witnesses...)
	if *kept != "" {
		msg, err := os.ReadFile(*kept)
		fail(2, *kept, err)
		tree, err := openCheckpoint(msg, log, c.signers[:1])
		fail(1, *kept, err)
		c.kept = &tree
	}
	for _, path := range flag.Args() {
		check := c.pack
		if strings.HasSuffix(path, proofSuffix) {
			check = c.receipt
		}
		said, err := check(path)
		fail(1, path, err)
		fmt.Printf("ok %s: %s\n", path, said)
	}
}
