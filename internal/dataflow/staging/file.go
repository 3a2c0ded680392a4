package staging

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"io"
	"os"
	"path"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// File is a file that is staged or is to be staged.
type File struct {
	// URL is the gs:// URL.
	URL string
	// Hash is the SHA-256 of the content in hexadecimal.
	Hash string
	// Size is the size of the content in bytes.
	Size int64
	// Key encrypts the file.
	Key cmekpipe.KeyName

	object cmekpipe.Object
	crc    uint32
	md5    []byte
}

// Name reads content once for its hashes, and names the file without sending anything. The last part of the name is
// kind, which for a worker must be "worker".
func (a *Area) Name(kind string, content io.ReadSeeker) (*File, error) {
	s, err := a.measure(kind, content)
	if err != nil {
		return nil, err
	}
	return a.name(kind, s)
}

// NameFile is [Area.Name] for a file that a later launch may name again: its hashes are remembered, see [memo].
func (a *Area) NameFile(kind string, content *os.File) (*File, error) {
	s, err := remembered(content, func() (sums, error) { return a.measure(kind, content) })
	if err != nil {
		return nil, err
	}
	return a.name(kind, s)
}

// name names a file with the hashes of its content.
func (a *Area) name(kind string, s sums) (*File, error) {
	f := a.file(s)
	key := sha256.Sum256([]byte(a.Key.String()))
	bucket, prefix := gsurl.Split(a.Location)
	folder := path.Join(strings.TrimSuffix(prefix, "/"), "cmekpipe", a.Day, f.Hash+"-"+hex.EncodeToString(key[:4]))
	return f, a.locate(f, gsurl.Join(bucket, path.Join(folder, kind)))
}

func (a *Area) file(s sums) *File {
	return &File{Hash: hex.EncodeToString(s.SHA256), Size: s.Size, Key: a.Key, crc: s.CRC32C, md5: s.MD5}
}

// sums are what identifies content.
type sums struct {
	SHA256, MD5 []byte
	CRC32C      uint32
	Size        int64
}

// measure reads content. Errors name the resource.
func (a *Area) measure(resource string, content io.ReadSeeker) (sums, error) {
	sha, sum, crc := sha256.New(), md5.New(), crc32.New(crc32.MakeTable(crc32.Castagnoli)) //nolint:gosec // no forger chooses the content
	size, err := io.Copy(io.MultiWriter(sha, sum, crc), content)
	if err == nil {
		_, err = content.Seek(0, io.SeekStart)
	}
	if err != nil {
		return sums{}, &cmekpipe.Error{Op: a.Op, Code: cmekpipe.Corrupted, Resource: resource,
			Hint: "check the disk of this machine; " + explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}), Err: err}
	}
	return sums{SHA256: sha.Sum(nil), MD5: sum.Sum(nil), CRC32C: crc.Sum32(), Size: size}, nil
}

// locate sets where a file is staged.
func (a *Area) locate(f *File, url string) (err error) {
	f.URL = url
	f.object, err = a.Key.Object(url)
	return err
}
