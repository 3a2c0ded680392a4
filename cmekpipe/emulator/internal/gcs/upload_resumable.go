package gcs

import (
	"net/http"
	"net/url"
	"strconv"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// quantum is the unit of chunk sizes in bytes: the length of every chunk but the last is a multiple of it. Source:
// https://docs.cloud.google.com/storage/docs/performing-resumable-uploads.
const quantum = 256 << 10

// startUpload begins a resumable upload. It fails if the object could not be created now.
func (s *Server) startUpload(c *call) error {
	var metadata raw.Object
	if _, err := c.resourceBody(&metadata, checkNewObject); err != nil {
		return err
	}
	u, err := s.newUpload(c, metadata, c.r.Header.Get("X-Upload-Content-Type"))
	if err != nil {
		return err
	}
	if err := s.check(c, u); err != nil {
		return err
	}
	query := url.Values{"uploadType": {"resumable"}, "name": {u.target.Name}, "upload_id": {s.uploads.add(u)}}
	c.w.Header().Set("Location", "http://"+c.r.Host+"/upload/storage/v1/b/"+url.PathEscape(c.bucket)+"/o?"+query.Encode())
	c.w.Header().Set("X-GUploader-UploadID", query.Get("upload_id"))
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// check checks in advance what the end of the upload checks again.
func (s *Server) check(c *call, u *upload) error {
	b, err := s.store.Bucket(c.bucket)
	if err != nil {
		return err
	}
	live, err := s.store.Object(c.bucket, u.target.Name, 0)
	if err != nil && err != store.NoObject {
		return err
	}
	if err := u.conditions.Check(live); err != nil {
		return err
	}
	_, err = s.protect(c.ctx(), u.asked)(b)
	return err
}

// continueUpload receives a chunk or a query for the upload's progress.
func (s *Server) continueUpload(c *call, id string) error {
	u, ok := s.uploads.get(id)
	if !ok || u.target.Bucket != c.bucket {
		return notFound("No such upload.")
	}
	c.object = u.target.Name
	chunk, err := parseContentRange(c.r.Header.Get("Content-Range"))
	if err != nil {
		return err
	}
	data, err := store.ReadBlob(c.r.Body, c.r.ContentLength)
	if err != nil {
		return core.Refusal(http.StatusBadRequest, "uploadBrokenConnection", "The chunk ends too early.")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.cancelled:
		return core.Refusal(http.StatusGone, "gone", "The upload was cancelled.")
	case u.done != nil: // the answer to the last chunk was lost, and the client queries or sends it again
		return c.json(c.resource(u.done))
	}
	complete, err := u.accept(chunk, data)
	if err != nil {
		return err
	}
	if !complete {
		return c.incomplete(u)
	}
	if err := u.claims.add(c.r.Header); err != nil {
		return err
	}
	if u.done, err = s.commitUpload(c, u); err != nil {
		return err
	}
	return c.json(c.resource(u.done))
}

// accept appends the new part of a chunk and reports whether the data are complete.
func (u *upload) accept(chunk contentRange, data store.Blob) (complete bool, err error) {
	if chunk.isQuery() {
		return chunk.total == u.data.Size(), nil
	}
	if chunk.first == whole {
		chunk = contentRange{first: 0, last: data.Size() - 1, total: data.Size()}
	}
	end, have := chunk.first+data.Size(), u.data.Size()
	final := end == chunk.total
	switch {
	case chunk.last+1 != end:
		return false, invalid("Invalid chunk: got %d bytes, want the range %d-%d", data.Size(), chunk.first, chunk.last)
	case chunk.first > have:
		return false, invalid("Invalid chunk: got bytes from %d on, want them from %d on", chunk.first, have)
	case chunk.total >= 0 && (end > chunk.total || have > chunk.total):
		return false, invalid("Invalid chunk: got more bytes than the total of %d", chunk.total)
	case !final && data.Size() < quantum:
		return false, invalid("Invalid chunk: got %d bytes, want at least %d but in the last", data.Size(), quantum)
	}
	if !final {
		end -= end % quantum
	}
	if end > have {
		fresh := data.Slice(have-chunk.first, end-chunk.first)
		if err := fresh.WriteRange(&u.sums, 0, fresh.Size()); err != nil {
			return false, err
		}
		u.data = store.Join(u.data, fresh)
	}
	return final, nil
}

// incomplete answers with the upload's progress: with status 308, or in a header for clients that treat 308 as a
// redirect.
func (c *call) incomplete(u *upload) error {
	if have := u.data.Size(); have > 0 {
		c.w.Header().Set("Range", "bytes=0-"+strconv.FormatInt(have-1, 10))
	}
	status := http.StatusPermanentRedirect
	if c.r.Header.Get("X-GUploader-No-308") == "yes" {
		c.w.Header().Set("X-Http-Status-Code-Override", strconv.Itoa(status))
		status = http.StatusOK
	}
	c.w.Header().Set("Content-Length", "0")
	c.w.WriteHeader(status)
	return nil
}

func (s *Server) cancelUpload(c *call) error {
	u, ok := s.uploads.get(c.query.Get("upload_id"))
	if !ok || u.target.Bucket != c.bucket {
		return notFound("No such upload.")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.done == nil {
		u.cancelled, u.data = true, store.Blob{}
	}
	c.w.Header().Set("Content-Length", "0")
	c.w.WriteHeader(statusCancelled)
	return nil
}
