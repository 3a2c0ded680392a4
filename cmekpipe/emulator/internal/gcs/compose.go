package gcs

import (
	"maps"
	"slices"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// mostSources is the limit of objects that one call composes. Source:
// https://docs.cloud.google.com/storage/docs/composite-objects.
const mostSources = 32

// compose creates one object from several. Its key is the one that the call names, else the bucket's default key; the
// sources' keys don't matter.
func (s *Server) compose(c *call) error {
	var request raw.ComposeRequest
	fields, err := c.resourceBody(&request, known[raw.ComposeRequest]("compose request"))
	if err != nil {
		return err
	}
	if destination, ok := fields["destination"].(map[string]any); ok {
		if err := checkNewObject(destination); err != nil {
			return err
		}
	}
	if n := len(request.SourceObjects); n < 1 || n > mostSources {
		return invalid("The number of source components provided is %d, want from 1 to %d.", n, mostSources)
	}
	if request.Destination == nil {
		request.Destination = &raw.Object{}
	}
	creation, err := s.composition(c, request)
	if err != nil {
		return err
	}
	sources, err := s.sources(c, request.SourceObjects)
	if err != nil {
		return err
	}
	if request.DeleteSourceObjects {
		creation.Consume = sources
	}
	join(&creation.Object, sources)
	if creation.Object.Settings.Contexts == nil && !c.dropsContexts() {
		creation.Object.Settings.Contexts = contextsOf(sources)
	}
	claims, err := claimsOf(*request.Destination, nil)
	if err != nil {
		return err
	}
	if err := claims.check(creation.Object.CRC32C, nil); err != nil {
		return err
	}
	o, err := s.store.Create(creation)
	if err != nil {
		return err
	}
	return c.json(c.resource(o))
}

// composition returns the new object without its data.
func (s *Server) composition(c *call, request raw.ComposeRequest) (store.Creation, error) {
	asked := c.query.Get("kmsKeyName")
	creation := store.Creation{
		Object: store.Object{Bucket: c.bucket, Name: c.object, Settings: settings(*request.Destination)},
		Method: "storage.objects.compose", KeyAsked: asked != "", Protect: s.protect(c.ctx(), asked),
	}
	if request.Destination.KmsKeyName != "" {
		return creation, keyInResource("kmsKeyName")
	}
	if err := checkObjectName(c.object); err != nil {
		return creation, err
	}
	b, err := s.store.Bucket(c.bucket)
	if err != nil {
		return creation, err
	}
	if err := c.checkACL(b, "destinationPredefinedAcl"); err != nil {
		return creation, err
	}
	complete(&creation.Object.Settings, b, defaultContentType, "")
	if err := checkSettings(b, &creation.Object.Settings, s.env.Now()); err != nil {
		return creation, err
	}
	creation.If, err = c.conditions("if")
	return creation, err
}

// sources returns the objects to compose if all can be read.
func (s *Server) sources(c *call, wanted []*raw.ComposeRequestSourceObjects) ([]*store.Object, error) {
	var sources []*store.Object
	for _, w := range wanted {
		if w == nil {
			return nil, required("sourceObjects.name")
		}
		o, err := s.store.Object(c.bucket, w.Name, w.Generation)
		if err != nil {
			return nil, refusal(err, c.bucket, w.Name)
		}
		if p := w.ObjectPreconditions; p != nil && p.IfGenerationMatch != o.Generation {
			return nil, conditionNotMet()
		}
		if err := s.unwrap(c.ctx(), o); err != nil {
			return nil, err
		}
		sources = append(sources, o)
	}
	return sources, nil
}

// dropsContexts reports whether the call drops the contexts of its sources.
func (c *call) dropsContexts() bool { return slices.Contains(c.query["dropContextGroups"], "custom") }

// contextsOf returns the contexts of all objects; the later one of two with the same name.
func contextsOf(sources []*store.Object) *raw.ObjectContexts {
	custom := make(map[string]raw.ObjectCustomContextPayload)
	for _, o := range sources {
		if o.Settings.Contexts != nil {
			maps.Copy(custom, o.Settings.Contexts.Custom)
		}
	}
	if len(custom) == 0 {
		return nil
	}
	return &raw.ObjectContexts{Custom: custom}
}

// join returns an object with the data of others. A composed object has no MD5.
func join(o *store.Object, sources []*store.Object) {
	blobs := make([]store.Blob, len(sources))
	for i, source := range sources {
		blobs[i] = source.Data
		o.Components += max(1, source.Components)
	}
	o.Data = store.Join(blobs...)
	o.CRC32C = o.Data.CRC32C()
}
