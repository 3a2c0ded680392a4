package gcs

import (
	"net/http"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

func (s *Server) deleteObject(c *call) error {
	generation, err := c.generation("generation")
	if err != nil {
		return err
	}
	conditions, err := c.conditions("if")
	if err != nil {
		return err
	}
	if err := s.store.Delete(c.bucket, c.object, generation, conditions); err != nil {
		return err
	}
	return c.noContent()
}

func (s *Server) patchObject(c *call) error {
	patch, err := c.resourceBody(new(map[string]any), checkObjectFields)
	if err != nil {
		return err
	}
	return s.changeObject(c, patch, func(old raw.Object) (raw.Object, error) { return merge(old, patch) })
}

func (s *Server) updateObject(c *call) error {
	var replacement raw.Object
	fields, err := c.resourceBody(&replacement, checkObjectFields)
	if err != nil {
		return err
	}
	return s.changeObject(c, fields, func(old raw.Object) (raw.Object, error) {
		if replacement.StorageClass == "" {
			replacement.StorageClass = old.StorageClass
		}
		return replacement, nil
	})
}

// changeObject replaces the settings of an object. Only a rewrite changes its key. Fields are those of the call's body.
func (s *Server) changeObject(c *call, fields map[string]any, change func(raw.Object) (raw.Object, error)) error {
	if key := fields["kmsKeyName"]; key != nil && key != "" {
		return core.Refusal(http.StatusBadRequest, "cloudKmsCannotChangeKeyName", "Cloud KMS key name cannot be changed.")
	}
	generation, err := c.generation("generation")
	if err != nil {
		return err
	}
	conditions, err := c.conditions("if")
	if err != nil {
		return err
	}
	b, err := s.store.Bucket(c.bucket)
	if err != nil {
		return err
	}
	if err := c.checkACL(b, "predefinedAcl"); err != nil {
		return err
	}
	if err := s.checkObjectACL(c, b, generation, fields); err != nil {
		return err
	}
	o, err := s.store.UpdateObject(c.bucket, c.object, generation, conditions, func(b *store.Bucket, old raw.Object) (raw.Object, error) {
		changed, err := change(old)
		if err != nil {
			return changed, err
		}
		return settings(changed), c.checkChange(b, old, settings(changed), s.env.Now())
	})
	if err != nil {
		return err
	}
	return c.json(c.resource(o))
}

// checkObjectACL refuses an access control list other than the one that the object has.
func (s *Server) checkObjectACL(c *call, b *store.Bucket, generation int64, fields map[string]any) error {
	if fields["acl"] == nil {
		return nil
	}
	o, err := s.store.Object(c.bucket, c.object, generation)
	if err != nil {
		return err
	}
	_, acl := objectAccess(b, o)
	return checkACLs(fields, map[string]any{"acl": acl})
}

// restore creates a new generation from a soft-deleted one, which remains soft-deleted. Source:
// https://docs.cloud.google.com/storage/docs/json_api/v1/objects/restore.
func (s *Server) restore(c *call) error {
	generation, err := c.generation("generation")
	if err != nil {
		return err
	}
	if generation == 0 {
		return required("generation")
	}
	conditions, err := c.conditions("if")
	if err != nil {
		return err
	}
	o, err := s.store.SoftDeleted(c.bucket, c.object, generation)
	if err != nil {
		return err
	}
	if err := s.unwrap(c.ctx(), o); err != nil {
		return err
	}
	restored, err := s.store.Create(store.Creation{
		Object: *o, Method: "storage.objects.restore", If: conditions, Protect: keepKey(o.Key),
	})
	if err != nil {
		return err
	}
	return c.json(c.resource(restored))
}
