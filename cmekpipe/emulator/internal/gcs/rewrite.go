package gcs

import (
	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// mebibyte is the unit of maxBytesRewrittenPerCall.
const mebibyte = 1 << 20

// rewriting is a rewrite of several calls. It is immutable: each call has its own token, so that the client can repeat
// a call whose answer was lost.
type rewriting struct {
	target     target
	asked      string
	generation int64 // generation of the source
	copied     int64 // bytes copied so far
}

// duplication describes an object that is created from another.
type duplication struct {
	source *store.Object
	store.Creation
}

// rewrite copies an object, one part in each call.
func (s *Server) rewrite(c *call) error {
	progress, err := s.progress(c)
	if err != nil {
		return err
	}
	step, err := s.bytesPerRewrite(c)
	if err != nil {
		return err
	}
	d, err := s.duplicate(c, "storage.objects.rewrite", progress.generation)
	if err != nil {
		return err
	}
	size := d.source.Data.Size()
	progress.generation = d.source.Generation
	if progress.copied += step; progress.copied < size {
		return s.postpone(c, d, progress)
	}
	o, err := s.store.Create(d.Creation)
	if err != nil {
		return refusal(err, c.toBucket, c.toName)
	}
	return c.json(&raw.RewriteResponse{
		Kind: "storage#rewriteResponse", Done: true, ObjectSize: size, TotalBytesRewritten: size,
		Resource: c.resource(o), ForceSendFields: []string{"ObjectSize", "TotalBytesRewritten"},
	})
}

// progress returns the rewrite that a call continues.
func (s *Server) progress(c *call) (rewriting, error) {
	fresh := rewriting{target: c.target, asked: c.query.Get("destinationKmsKeyName")}
	token := c.query.Get("rewriteToken")
	if token == "" {
		return fresh, nil
	}
	r, ok := s.rewrites.get(token)
	if !ok || r.target != fresh.target || r.asked != fresh.asked {
		return fresh, invalid("Invalid rewriteToken: it belongs to another rewrite.")
	}
	return *r, nil
}

// postpone answers that more bytes remain to copy, after it checked that the copy would succeed now.
func (s *Server) postpone(c *call, d *duplication, progress rewriting) error {
	b, err := s.store.Bucket(c.toBucket)
	if err != nil {
		return err
	}
	if _, err := d.Protect(b); err != nil {
		return err
	}
	return c.json(&raw.RewriteResponse{
		Kind: "storage#rewriteResponse", ObjectSize: d.source.Data.Size(), TotalBytesRewritten: progress.copied,
		RewriteToken: s.rewrites.add(&progress), ForceSendFields: []string{"Done"},
	})
}

// bytesPerRewrite returns the number of bytes that this call copies.
func (s *Server) bytesPerRewrite(c *call) (int64, error) {
	asked, err := c.number("maxBytesRewrittenPerCall")
	if err != nil || asked == nil {
		return s.BytesPerRewrite, err
	}
	if *asked == 0 || *asked%mebibyte != 0 {
		return 0, invalid("Invalid maxBytesRewrittenPerCall: got %d, want a multiple of %d", *asked, mebibyte)
	}
	return min(*asked, s.BytesPerRewrite), nil
}

// copyObject copies an object in one call.
func (s *Server) copyObject(c *call) error {
	d, err := s.duplicate(c, "storage.objects.copy", 0)
	if err != nil {
		return err
	}
	o, err := s.store.Create(d.Creation)
	if err != nil {
		return refusal(err, c.toBucket, c.toName)
	}
	return c.json(c.resource(o))
}

// move renames an object within its bucket. Its data keep their key version.
func (s *Server) move(c *call) error {
	d, err := s.duplicate(c, "storage.objects.move", 0)
	if err != nil {
		return err
	}
	d.Object.Settings, d.KeyAsked = d.source.Settings, false
	d.Protect, d.Consume = keepKey(d.source.Key), []*store.Object{d.source}
	o, err := s.store.Create(d.Creation)
	if err != nil {
		return refusal(err, c.toBucket, c.toName)
	}
	return c.json(c.resource(o))
}

// duplicate finds the source of a copy and describes the new object. Generation is the source's generation, 0 if the
// call does not know it.
func (s *Server) duplicate(c *call, method string, generation int64) (*duplication, error) {
	source, err := s.copySource(c, generation)
	if err != nil {
		return nil, err
	}
	if err := checkObjectName(c.toName); err != nil {
		return nil, err
	}
	b, err := s.store.Bucket(c.toBucket)
	if err != nil {
		return nil, err
	}
	if err := c.checkACL(b, "destinationPredefinedAcl"); err != nil {
		return nil, err
	}
	asked := c.query.Get("destinationKmsKeyName")
	d := &duplication{source: source, Creation: store.Creation{
		Object: *source, Method: method, KeyAsked: asked != "", Protect: s.protect(c.ctx(), asked),
	}}
	d.Object.Bucket, d.Object.Name = c.toBucket, c.toName
	if d.Object.Settings, err = c.copySettings(source, b); err != nil {
		return nil, err
	}
	if err := checkSettings(b, &d.Object.Settings, s.env.Now()); err != nil {
		return nil, err
	}
	if d.If, err = c.conditions("if"); err != nil {
		return nil, err
	}
	live, err := s.store.Object(c.toBucket, c.toName, 0)
	if err != nil && err != store.NoObject {
		return nil, err
	}
	return d, d.If.Check(live)
}

// copySource returns the source object of a copy if it can be read.
func (s *Server) copySource(c *call, generation int64) (*store.Object, error) {
	asked, err := c.generation("sourceGeneration")
	if err != nil {
		return nil, err
	}
	if generation == 0 {
		generation = asked
	}
	conditions, err := c.conditions("ifSource")
	if err != nil {
		return nil, err
	}
	o, err := s.store.Object(c.bucket, c.object, generation)
	if err != nil {
		return nil, err
	}
	if err := conditions.Check(o); err != nil {
		return nil, err
	}
	return o, s.unwrap(c.ctx(), o)
}

// copySettings returns the settings of a copy: those in the call's body, else the source's. Holds and retention are not
// copied; contexts are, unless the body has its own or the call drops them.
func (c *call) copySettings(source *store.Object, b *store.Bucket) (raw.Object, error) {
	var body raw.Object
	if _, err := c.resourceBody(&body, checkNewObject); err != nil {
		return body, err
	}
	if err := c.checkCopiedKey(body.KmsKeyName); err != nil {
		return body, err
	}
	sent := settings(body)
	text, err := sent.MarshalJSON()
	if err != nil {
		return sent, err
	}
	if string(text) == "{}" {
		sent = source.Settings
		sent.EventBasedHold, sent.TemporaryHold, sent.Retention = false, false, nil
	}
	if sent.Contexts == nil {
		sent.Contexts = source.Settings.Contexts
	}
	if c.dropsContexts() && body.Contexts == nil {
		sent.Contexts = nil
	}
	if sent.StorageClass == "" {
		sent.StorageClass = source.Settings.StorageClass
	}
	if b.Attrs.DefaultEventBasedHold && sent.Retention == nil {
		sent.EventBasedHold = true
	}
	return sent, nil
}

// checkCopiedKey refuses a key in the body of a copy unless the parameter of the call, which overrides it, names a key
// too, or it is the version of an object that the client read: clients send the whole resource.
func (c *call) checkCopiedKey(name string) error {
	if name == "" || c.query.Get("destinationKmsKeyName") != "" {
		return nil
	}
	if _, err := cmekpipe.ParseKeyVersionName(name); err == nil {
		return nil
	}
	return keyInResource("destinationKmsKeyName")
}
