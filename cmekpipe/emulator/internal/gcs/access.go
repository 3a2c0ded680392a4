package gcs

import (
	"strings"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// uniform reports whether the bucket has uniform access, so that neither it nor its objects have owners and lists.
func uniform(b *store.Bucket) bool {
	c := b.Attrs.IamConfiguration
	return c != nil && c.UniformBucketLevelAccess != nil && c.UniformBucketLevelAccess.Enabled
}

// teams are the groups of a project, with their roles in Google's default list "projectPrivate".
func teams() []struct{ team, role string } {
	return []struct{ team, role string }{{"owners", "OWNER"}, {"editors", "OWNER"}, {"viewers", "READER"}}
}

func teamEntity(b *store.Bucket, team string) string {
	return "project-" + team + "-" + core.ProjectNumber(b.Project)
}

// bucketAccess returns the owner of a bucket and its lists as the projection full shows them.
func bucketAccess(b *store.Bucket) (owner *raw.BucketOwner, acl []*raw.BucketAccessControl, objects []*raw.ObjectAccessControl) {
	if uniform(b) {
		return nil, nil, nil
	}
	for _, t := range teams() {
		acl = append(acl, &raw.BucketAccessControl{Kind: "storage#bucketAccessControl", Bucket: b.Name(), Role: t.role,
			Id: b.Name() + "/" + teamEntity(b, t.team), Entity: teamEntity(b, t.team),
			ProjectTeam: &raw.BucketAccessControlProjectTeam{ProjectNumber: core.ProjectNumber(b.Project), Team: t.team}})
		objects = append(objects, &raw.ObjectAccessControl{Kind: "storage#objectAccessControl", Role: t.role,
			Entity:      teamEntity(b, t.team),
			ProjectTeam: &raw.ObjectAccessControlProjectTeam{ProjectNumber: core.ProjectNumber(b.Project), Team: t.team}})
	}
	return &raw.BucketOwner{Entity: teamEntity(b, "owners")}, acl, objects
}

// objectAccess returns the owner of an object, who is the caller that created it, and its list as the projection full
// shows them.
func objectAccess(b *store.Bucket, o *store.Object) (owner *raw.ObjectOwner, acl []*raw.ObjectAccessControl) {
	if uniform(b) {
		return nil, nil
	}
	_, _, acl = bucketAccess(b)
	member := "user-" + strings.TrimPrefix(core.Owner, "user:")
	acl = append(acl, &raw.ObjectAccessControl{Kind: "storage#objectAccessControl", Role: "OWNER", Entity: member,
		Email: strings.TrimPrefix(core.Owner, "user:")})
	for _, a := range acl {
		a.Bucket, a.Object, a.Generation = o.Bucket, o.Name, o.Generation
	}
	return &raw.ObjectOwner{Entity: member}, acl
}
