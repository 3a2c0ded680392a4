package gcs

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// Google's defaults for a bucket.
const (
	defaultLocation     = "US"
	defaultStorageClass = "STANDARD"
	defaultSoftDelete   = 7 * 24 * time.Hour
)

// newBucket completes the settings of a new bucket.
func (s *Server) newBucket(b *store.Bucket) error {
	a := &b.Attrs
	a.Location = strings.ToUpper(a.Location)
	if a.Location == "" {
		a.Location = defaultLocation
	}
	a.LocationType = locationType(a)
	if a.LocationType == "" {
		return invalid("The specified location constraint is not valid: got %q", a.Location)
	}
	if a.StorageClass == "" {
		a.StorageClass = defaultStorageClass
	}
	now := formatTime(s.env.Now())
	number, err := strconv.ParseUint(core.ProjectNumber(b.Project), 10, 64)
	if err != nil {
		return err
	}
	a.ProjectNumber, a.Metageneration, a.TimeCreated, a.Updated = number, 1, now, now
	return s.completeBucket(a, &raw.Bucket{})
}

// completeBucket checks new settings and sets the fields that the server itself decides. Old are the previous settings.
func (s *Server) completeBucket(a, old *raw.Bucket) error {
	now := s.env.Now()
	if err := completeRetention(a, old.RetentionPolicy, now); err != nil {
		return err
	}
	if err := checkLifecycle(a.Lifecycle); err != nil {
		return err
	}
	completeAutoclass(a, old.Autoclass, now)
	if a.SoftDeletePolicy == nil {
		a.SoftDeletePolicy = &raw.BucketSoftDeletePolicy{RetentionDurationSeconds: int64(defaultSoftDelete / time.Second)}
	}
	if seconds := a.SoftDeletePolicy.RetentionDurationSeconds; seconds != 0 && (seconds < 7*86400 || seconds > 90*86400) {
		return invalid("Invalid soft delete retention: got %d seconds, want 0 or from 7 to 90 days", seconds)
	}
	if a.SoftDeletePolicy.EffectiveTime == "" {
		a.SoftDeletePolicy.EffectiveTime = formatTime(now)
	}
	if a.IamConfiguration == nil {
		a.IamConfiguration = &raw.BucketIamConfiguration{PublicAccessPrevention: "inherited"}
	}
	u := a.IamConfiguration.UniformBucketLevelAccess
	if u == nil {
		u = &raw.BucketIamConfigurationUniformBucketLevelAccess{}
		a.IamConfiguration.UniformBucketLevelAccess = u
	}
	if u.Enabled && u.LockedTime == "" {
		u.LockedTime = formatTime(now.AddDate(0, 0, 90))
	}
	if a.Encryption != nil && a.Encryption.DefaultKmsKeyName == "" && len(restrictions(a.Encryption)) == 0 {
		a.Encryption = nil
	}
	return checkRestrictions(a.Encryption, formatTime(now))
}

// locationType distinguishes regions from locations that span several; "" means an unknown location. Source:
// https://docs.cloud.google.com/storage/docs/locations.
func locationType(a *raw.Bucket) string {
	switch a.Location {
	case "US", "EU", "ASIA":
		if a.CustomPlacementConfig != nil && len(a.CustomPlacementConfig.DataLocations) > 0 {
			return "dual-region"
		}
		return "multi-region"
	case "ASIA1", "EUR4", "EUR5", "EUR7", "EUR8", "NAM4":
		return "dual-region"
	}
	if location.IsRegion(a.Location) {
		return "region"
	}
	return ""
}

func (s *Server) patchBucket(c *call) error {
	patch, err := c.resourceBody(new(map[string]any), checkBucketFields)
	if err != nil {
		return err
	}
	return s.changeBucket(c, patch, func(old raw.Bucket) (raw.Bucket, error) { return merge(old, patch) })
}

func (s *Server) updateBucket(c *call) error {
	var replacement raw.Bucket
	fields, err := c.resourceBody(&replacement, checkBucketFields)
	if err != nil {
		return err
	}
	return s.changeBucket(c, fields, func(raw.Bucket) (raw.Bucket, error) { return clone(replacement) })
}

// changeBucket replaces a bucket's settings. Fields are those of the call's body. A call that changes nothing leaves the
// metageneration.
func (s *Server) changeBucket(c *call, fields map[string]any, change func(raw.Bucket) (raw.Bucket, error)) error {
	conditions, err := c.conditions("if")
	if err != nil {
		return err
	}
	b, err := s.store.UpdateBucket(c.bucket, conditions, func(old *store.Bucket) (*store.Bucket, error) {
		_, acl, objects := bucketAccess(old)
		if err := checkACLs(fields, map[string]any{"acl": acl, "defaultObjectAcl": objects}); err != nil {
			return nil, err
		}
		attrs, err := change(old.Attrs)
		if err != nil {
			return nil, err
		}
		changed, err := s.changedBucket(c, old, attrs)
		if err != nil || !differs(old.Attrs, changed.Attrs) {
			return old, err
		}
		changed.Attrs.Updated = formatTime(s.env.Now())
		return changed, nil
	})
	if err != nil {
		return err
	}
	return c.json(c.bucketResource(b))
}

// changedBucket returns a bucket with those new settings that a client may change.
func (s *Server) changedBucket(c *call, old *store.Bucket, a raw.Bucket) (*store.Bucket, error) {
	o := old.Attrs
	if a.Location != "" && !strings.EqualFold(a.Location, o.Location) {
		return nil, invalid("The location of a bucket can't be changed: got %s, want %s", a.Location, o.Location)
	}
	a.Name, a.ProjectNumber, a.Generation, a.TimeCreated = o.Name, o.ProjectNumber, o.Generation, o.TimeCreated
	a.Location, a.LocationType, a.CustomPlacementConfig = o.Location, o.LocationType, o.CustomPlacementConfig
	a.Updated, a.Metageneration, a.ObjectRetention = o.Updated, o.Metageneration, o.ObjectRetention
	a.Acl, a.DefaultObjectAcl, a.Owner, a.Kind, a.Id, a.SelfLink, a.Etag = nil, nil, nil, o.Kind, o.Id, o.SelfLink, o.Etag
	if a.StorageClass == "" {
		a.StorageClass = defaultStorageClass
	}
	forgetEffectiveTimes(&a, &o)
	if err := s.completeBucket(&a, &o); err != nil {
		return nil, err
	}
	changed := &store.Bucket{Project: old.Project, Attrs: a, DefaultKey: old.DefaultKey}
	if defaultKey(&a) == defaultKey(&o) {
		return changed, nil
	}
	if err := s.setDefaultKey(c.ctx(), changed); err != nil {
		return changed, err
	}
	return changed, s.checkPolicies(changed, "", changed.DefaultKey)
}

// forgetEffectiveTimes clears the effective times of settings that changed.
func forgetEffectiveTimes(a, old *raw.Bucket) {
	p, was := a.SoftDeletePolicy, old.SoftDeletePolicy
	if p != nil && p.RetentionDurationSeconds != was.RetentionDurationSeconds {
		p.EffectiveTime = ""
	}
	were := make(map[string]bool)
	for _, r := range restrictions(old.Encryption) {
		were[*r.mode+*r.effective] = true
	}
	for _, r := range restrictions(a.Encryption) {
		if !were[*r.mode+*r.effective] {
			*r.effective = ""
		}
	}
}

// differs reports whether settings differ after they are sent.
func differs(a, b raw.Bucket) bool {
	x, errX := plain(a)
	y, errY := plain(b)
	return errX != nil || errY != nil || !reflect.DeepEqual(x, y)
}

func defaultKey(a *raw.Bucket) string {
	if a.Encryption == nil {
		return ""
	}
	return a.Encryption.DefaultKmsKeyName
}

// clone returns a deep copy.
func clone(b raw.Bucket) (raw.Bucket, error) { return merge(b, nil) }
