package staging

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"io"
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
}

// Name reads content once for its hashes, and names the file without sending anything. The last part of the name is
// kind, which for a worker must be "worker".
func (a *Area) Name(kind string, content io.ReadSeeker) (*File, error) {
	f, err := a.measure(kind, content)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256([]byte(a.Key.String()))
	bucket, prefix := gsurl.Split(a.Location)
	folder := path.Join(strings.TrimSuffix(prefix, "/"), "cmekpipe", f.Hash+"-"+hex.EncodeToString(key[:4]))
	return f, a.locate(f, gsurl.Join(bucket, path.Join(folder, kind)))
}

// measure reads content and returns a file without a name. Errors name the resource.
func (a *Area) measure(resource string, content io.ReadSeeker) (*File, error) {
	sha, crc := sha256.New(), crc32.New(crc32.MakeTable(crc32.Castagnoli))
	size, err := io.Copy(io.MultiWriter(sha, crc), content)
	if err == nil {
		_, err = content.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, &cmekpipe.Error{Op: a.Op, Code: cmekpipe.Corrupted, Resource: resource,
			Hint: "check the disk of this machine; " + explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}), Err: err}
	}
	return &File{Hash: hex.EncodeToString(sha.Sum(nil)), Size: size, Key: a.Key, crc: crc.Sum32()}, nil
}

// locate sets where a file is staged.
func (a *Area) locate(f *File, url string) (err error) {
	f.URL = url
	f.object, err = a.Key.Object(url)
	return err
}
