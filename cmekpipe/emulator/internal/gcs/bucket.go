package gcs

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

func (s *Server) insertBucket(c *call) error {
	project := c.query.Get("project")
	if project == "" {
		return required("project")
	}
	b := &store.Bucket{Project: project}
	fields, err := c.resourceBody(&b.Attrs, checkBucketFields)
	if err != nil {
		return err
	}
	if err := checkACLs(fields, map[string]any{"acl": nil, "defaultObjectAcl": nil}); err != nil {
		return err
	}
	if err := checkBucketName(b.Name()); err != nil {
		return err
	}
	b.Attrs.ObjectRetention, b.Attrs.Acl, b.Attrs.DefaultObjectAcl = nil, nil, nil
	if c.flag("enableObjectRetention") {
		b.Attrs.ObjectRetention = &raw.BucketObjectRetention{Mode: "Enabled"}
	}
	if err := s.newBucket(b); err != nil {
		return err
	}
	if err := s.setDefaultKey(c.ctx(), b); err != nil {
		return err
	}
	if err := s.checkPolicies(b, b.Attrs.Location, b.DefaultKey); err != nil {
		return err
	}
	if err := s.store.CreateBucket(b); err != nil {
		return err
	}
	return c.json(c.bucketResource(b))
}

func (s *Server) getBucket(c *call) error {
	conditions, err := c.conditions("if")
	if err != nil {
		return err
	}
	b, err := s.store.Bucket(c.bucket)
	if err != nil {
		return err
	}
	if conditions.BucketDiffers(b) {
		return notModified()
	}
	if err := conditions.CheckBucket(b); err != nil {
		return err
	}
	return c.json(c.bucketResource(b))
}

func (s *Server) deleteBucket(c *call) error {
	conditions, err := c.conditions("if")
	if err != nil {
		return err
	}
	if err := s.store.DeleteBucket(c.bucket, conditions); err != nil {
		return err
	}
	return c.noContent()
}

func (s *Server) listBuckets(c *call) error {
	project := c.query.Get("project")
	if project == "" {
		return required("project")
	}
	limit, err := c.limit()
	if err != nil {
		return err
	}
	after, err := base64.URLEncoding.DecodeString(c.query.Get("pageToken"))
	if err != nil {
		return invalid("Invalid page token")
	}
	found := s.store.Buckets(project, c.query.Get("prefix"))
	first, exact := slices.BinarySearchFunc(found, string(after), func(b *store.Bucket, name string) int {
		return strings.Compare(b.Name(), name)
	})
	if exact {
		first++
	}
	answer := &raw.Buckets{Kind: "storage#buckets"}
	for _, b := range found[first:min(first+limit, len(found))] {
		answer.Items = append(answer.Items, c.bucketResource(b))
	}
	if first+limit < len(found) {
		answer.NextPageToken = base64.URLEncoding.EncodeToString([]byte(found[first+limit-1].Name()))
	}
	return c.json(answer)
}

// testBucketPermissions answers that the caller has every permission: the loopback Cloud Storage does not distinguish
// callers. Only Cloud KMS denies something, to service agents.
func (s *Server) testBucketPermissions(c *call) error {
	if _, err := s.store.Bucket(c.bucket); err != nil {
		return err
	}
	return c.json(map[string]any{
		"kind": "storage#testIamPermissionsResponse", "permissions": c.query["permissions"],
	})
}

func (s *Server) getServiceAccount(c *call) error {
	return c.json(&raw.ServiceAccount{
		Kind: "storage#serviceAccount", EmailAddress: core.StorageAgent(c.project),
	})
}

// checkACL refuses a predefined access control list: Google does so in a bucket with uniform access.
func (c *call) checkACL(b *store.Bucket, parameter string) error {
	if c.query.Get(parameter) == "" {
		return nil
	}
	if !uniform(b) {
		return invalid("The loopback Cloud Storage has no parameter %s of %s.", parameter, c.method.name)
	}
	return core.Refusal(http.StatusBadRequest, "invalid",
		"Cannot insert legacy ACL for an object when uniform bucket-level access is enabled.")
}
