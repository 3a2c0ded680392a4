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
	var patch map[string]any
	if err := c.decode(&patch); err != nil {
		return err
	}
	return s.changeObject(c, patch["kmsKeyName"] != nil, func(old raw.Object) (raw.Object, error) {
		return merge(old, patch)
	})
}

func (s *Server) updateObject(c *call) error {
	var replacement raw.Object
	if err := c.decode(&replacement); err != nil {
		return err
	}
	return s.changeObject(c, replacement.KmsKeyName != "", func(old raw.Object) (raw.Object, error) {
		if replacement.StorageClass == "" {
			replacement.StorageClass = old.StorageClass
		}
		return replacement, nil
	})
}

// changeObject replaces the settings of an object. Only a rewrite changes its key.
func (s *Server) changeObject(c *call, namesKey bool, change func(raw.Object) (raw.Object, error)) error {
	if namesKey {
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
	o, err := s.store.UpdateObject(c.bucket, c.object, generation, conditions, func(old raw.Object) (raw.Object, error) {
		changed, err := change(old)
		return settings(changed), err
	})
	if err != nil {
		return err
	}
	return c.json(c.resource(o))
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
