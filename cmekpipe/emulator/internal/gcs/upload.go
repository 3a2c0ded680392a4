package gcs

import (
	"cmp"
	"crypto/md5"
	"hash"
	"hash/crc32"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// defaultContentType is the content type of data whose sender names none.
const defaultContentType = "application/octet-stream"

// upload is a new object whose data are being received.
type upload struct {
	target     store.Object // without data
	asked      string       // the key that the call names
	conditions store.Conditions
	claims     claims

	mu        sync.Mutex
	data      store.Blob // data received so far
	sums      sums       // checksums of data
	done      *store.Object
	cancelled bool
}

// insert serves every form of objects.insert.
func (s *Server) insert(c *call) error {
	if id := c.query.Get("upload_id"); id != "" {
		return s.continueUpload(c, id)
	}
	switch uploadType := c.query.Get("uploadType"); {
	case uploadType == "media":
		return s.uploadMedia(c)
	case uploadType == "multipart":
		return s.uploadMultipart(c)
	case uploadType == "resumable":
		return s.startUpload(c)
	case uploadType == "" && c.kind == objectsKind:
		return s.uploadNothing(c)
	default:
		return invalid("Invalid uploadType: got %q, want media, multipart or resumable", uploadType)
	}
}

func (s *Server) uploadMedia(c *call) error {
	u, err := s.newUpload(c, raw.Object{}, cmp.Or(c.r.Header.Get("Content-Type"), defaultContentType))
	if err != nil {
		return err
	}
	if err := u.receive(c.r.Body, c.r.ContentLength); err != nil {
		return err
	}
	return s.finishUpload(c, u)
}

// uploadNothing creates an object with metadata and no data.
func (s *Server) uploadNothing(c *call) error {
	var metadata raw.Object
	if _, err := c.resourceBody(&metadata, checkNewObject); err != nil {
		return err
	}
	u, err := s.newUpload(c, metadata, "")
	if err != nil {
		return err
	}
	return s.finishUpload(c, u)
}

// uploadMultipart reads metadata and data from one body.
func (s *Server) uploadMultipart(c *call) error {
	mediaType, parameters, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(mediaType, "multipart/") || parameters["boundary"] == "" {
		return malformedMultipart()
	}
	parts := multipart.NewReader(c.r.Body, parameters["boundary"])
	part, err := parts.NextRawPart()
	if err != nil {
		return malformedMultipart()
	}
	var metadata raw.Object
	text, err := io.ReadAll(part)
	if err != nil {
		return malformedMultipart()
	}
	if _, err := decodeResource(text, &metadata, checkNewObject); err != nil {
		return err
	}
	if part, err = parts.NextRawPart(); err != nil {
		return malformedMultipart()
	}
	u, err := s.newUpload(c, metadata, part.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if err := u.receive(part, -1); err != nil {
		return err
	}
	if _, err := parts.NextRawPart(); err != io.EOF {
		return malformedMultipart()
	}
	// Google's client writes the last boundary even when it gives up in the middle of the data; then only the request's
	// own end is missing.
	if _, err := io.Copy(io.Discard, c.r.Body); err != nil {
		return malformedMultipart()
	}
	return s.finishUpload(c, u)
}

// checkNewObject refuses fields of a new object that the server would otherwise ignore.
func checkNewObject(fields map[string]any) error {
	if err := checkObjectFields(fields); err != nil {
		return err
	}
	return checkACLs(fields, map[string]any{"acl": nil})
}

func malformedMultipart() error {
	return core.Refusal(http.StatusBadRequest, "badContent", "Malformed multipart body: want metadata, then media.")
}

// newUpload reads the settings of the new object from query, headers and metadata.
func (s *Server) newUpload(c *call, metadata raw.Object, contentType string) (*upload, error) {
	if metadata.KmsKeyName != "" {
		return nil, keyInResource("kmsKeyName")
	}
	u := &upload{
		target: store.Object{Bucket: c.bucket, Name: c.query.Get("name"), Settings: settings(metadata)},
		asked:  c.query.Get("kmsKeyName"), sums: newSums(),
	}
	if u.target.Name == "" {
		u.target.Name = metadata.Name
	}
	if err := checkObjectName(u.target.Name); err != nil {
		return nil, err
	}
	c.object = u.target.Name
	b, err := s.store.Bucket(c.bucket)
	if err != nil {
		return nil, err
	}
	if err := c.checkACL(b, "predefinedAcl"); err != nil {
		return nil, err
	}
	complete(&u.target.Settings, b, contentType, c.query.Get("contentEncoding"))
	if err := checkSettings(b, &u.target.Settings, s.env.Now()); err != nil {
		return nil, err
	}
	if u.conditions, err = c.conditions("if"); err != nil {
		return nil, err
	}
	u.claims, err = claimsOf(metadata, c.r.Header)
	return u, err
}

// complete sets the fields that the client left to the server.
func complete(o *raw.Object, b *store.Bucket, contentType, contentEncoding string) {
	if o.ContentType == "" {
		o.ContentType = contentType
	}
	if o.ContentEncoding == "" {
		o.ContentEncoding = contentEncoding
	}
	if o.StorageClass == "" {
		o.StorageClass = b.Attrs.StorageClass
	}
	if b.Attrs.DefaultEventBasedHold && o.Retention == nil {
		o.EventBasedHold = true
	}
}

// receive reads all data of one request.
func (u *upload) receive(r io.Reader, size int64) (err error) {
	if u.data, err = store.ReadBlob(io.TeeReader(r, &u.sums), size); err != nil {
		return core.Refusal(http.StatusBadRequest, "uploadBrokenConnection", "The upload's data end too early.")
	}
	return nil
}

// finishUpload creates the object if the checksums of the client match.
func (s *Server) finishUpload(c *call, u *upload) error {
	o, err := s.commitUpload(c, u)
	if err != nil {
		return err
	}
	return c.json(c.resource(o))
}

func (s *Server) commitUpload(c *call, u *upload) (*store.Object, error) {
	if err := u.claims.check(u.sums.crc, u.sums.md5.Sum(nil)); err != nil {
		return nil, err
	}
	o := u.target
	o.Data, o.CRC32C, o.MD5 = u.data, u.sums.crc, u.sums.md5.Sum(nil)
	return s.store.Create(store.Creation{
		Object: o, Method: "storage.objects.insert", KeyAsked: u.asked != "", If: u.conditions,
		Protect: s.protect(c.ctx(), u.asked),
	})
}

// sums are running checksums.
type sums struct {
	crc uint32
	md5 hash.Hash
}

func newSums() sums { return sums{md5: md5.New()} }

// Write adds to the checksums. It never fails.
func (s *sums) Write(p []byte) (int, error) {
	s.crc = crc32.Update(s.crc, crc32.MakeTable(crc32.Castagnoli), p)
	return s.md5.Write(p)
}
