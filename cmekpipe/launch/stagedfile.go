package launch

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"io"
	"path"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// stagedFile is a file in the staging bucket. Its name is made of the hashes of content and key, so that what lies
// there under a key is never replaced by the same under another.
type stagedFile struct {
	url, bucket, name string
	hash              string // SHA-256 of the content in hexadecimal
	size              int64
	crc               uint32
	key               cmekpipe.KeyName
}

// newStagedFile reads content once for its hashes, and names it. The last part of a worker's name must be "worker".
func newStagedFile(opts *cmekpipe.Options, kind string, content io.ReadSeeker) (*stagedFile, error) {
	sha, crc := sha256.New(), crc32.New(crc32.MakeTable(crc32.Castagnoli))
	size, err := io.Copy(io.MultiWriter(sha, crc), content)
	if err != nil {
		return nil, err
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	hash, key := hex.EncodeToString(sha.Sum(nil)), sha256.Sum256([]byte(opts.Key().String()))
	bucket, prefix := splitPlace(opts.Config().StagingLocation)
	name := path.Join(prefix, "cmekpipe", hash+"-"+hex.EncodeToString(key[:4]), kind)
	return &stagedFile{
		url: "gs://" + bucket + "/" + name, bucket: bucket, name: name,
		hash: hash, size: size, crc: crc.Sum32(), key: opts.Key(),
	}, nil
}

// holds reports whether an object has this content and rests under this key.
func (f *stagedFile) holds(attrs *storage.ObjectAttrs) bool {
	key, err := cmekpipe.KeyOf(attrs.KMSKeyName)
	return err == nil && key == f.key && attrs.Size == f.size && attrs.CRC32C == f.crc
}
