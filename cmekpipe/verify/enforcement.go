package verify

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// buckets are the checks of the job's buckets, each bucket once.
func (v *verifier) buckets() (all []check) {
	seen := map[string]bool{"": true}
	for _, place := range []string{v.plan.TempLocation, v.plan.StagingLocation, v.plan.Template} {
		if bucket, _ := gsurl.Split(place); !seen[bucket] {
			seen[bucket] = true
			all = append(all, v.enforcement(bucket))
		}
	}
	return all
}

// enforcement is the check whether a bucket refuses objects without a customer key. If the caller may not read the bucket that is a
// warning too: what is in the bucket is checked object by object.
func (v *verifier) enforcement(bucket string) check {
	const permission = "storage.buckets.get"
	resource := "gs://" + bucket
	return check{resource, permission, func(ctx context.Context) (rule.Findings, error) {
		attrs, err := v.storage.Bucket(bucket).Attrs(ctx)
		if err != nil {
			if gcperr.Code(err) != cmekpipe.PermissionDenied {
				return nil, err
			}
			return rule.Findings{{Rule: rule.BucketEnforcement, Verdict: rule.VerdictCannotSee, Resource: resource,
				Detail: "could not be read: needs " + permission, Remedy: "grant the caller " + permission + " on " + resource}}, nil
		}
		if f, found := session.Enforcement(bucket, attrs); found {
			return rule.Findings{f}, nil
		}
		return nil, nil
	}}
}
