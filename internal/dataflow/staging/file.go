package staging

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"io"
	"path"
	"strings"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

// File is a file that was staged, or that would be.
type File struct {
	// URL is the gs:// name. It is made of the hashes of content and key.
	URL string
	// Hash is the SHA-256 of the content in hexadecimal.
	Hash string
	// Size of the content in bytes.
	Size int64
	// Key is the key that the file rests under.
	Key cmekpipe.KeyName

	bucket, name string
	crc          uint32
}

// Name reads content once for its hashes, and names the file without sending anything. The last part of the name is
// kind, which for a worker must be "worker".
func (a *Area) Name(kind string, content io.ReadSeeker) (*File, error) {
	sha, crc := sha256.New(), crc32.New(crc32.MakeTable(crc32.Castagnoli))
	size, err := io.Copy(io.MultiWriter(sha, crc), content)
	if err == nil {
		_, err = content.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, &cmekpipe.Error{Op: a.Op, Code: cmekpipe.Corrupted, Resource: kind, Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}), Err: err}
	}
	hash, key := hex.EncodeToString(sha.Sum(nil)), sha256.Sum256([]byte(a.Key.String()))
	bucket, prefix := SplitPlace(a.Location)
	name := path.Join(prefix, "cmekpipe", hash+"-"+hex.EncodeToString(key[:4]), kind)
	return &File{
		URL: "gs://" + bucket + "/" + name, bucket: bucket, name: name,
		Hash: hash, Size: size, crc: crc.Sum32(), Key: a.Key,
	}, nil
}

// holds reports whether an object has this content and rests under this key.
func (f *File) holds(attrs *storage.ObjectAttrs) bool {
	key, err := cmekpipe.ParseKeyOrVersion(attrs.KMSKeyName)
	return err == nil && key == f.Key && attrs.Size == f.Size && attrs.CRC32C == f.crc
}

// SplitPlace splits a location of checked options into bucket and prefix, which has no slash at the end.
func SplitPlace(url string) (bucket, prefix string) {
	bucket, prefix, _ = strings.Cut(strings.TrimPrefix(url, "gs://"), "/")
	return bucket, strings.TrimSuffix(prefix, "/")
}
