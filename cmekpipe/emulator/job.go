package emulator

import (
	"context"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// CreateJobResources creates what a job with the given options needs before its launch: its key, granted to the service
// agents of its project, and the buckets of its temporary and staging locations, with that key as default key.
func (c *Cloud) CreateJobResources(ctx context.Context, opts *cmekpipe.Options) error {
	key, project := opts.Key(), opts.Project()
	if err := c.CreateKey(ctx, key); err != nil {
		return err
	}
	if err := c.GrantKey(ctx, key, project); err != nil {
		return err
	}
	config := opts.Config()
	var buckets []string
	for _, place := range []string{config.TempLocation, config.StagingLocation} {
		bucket, _, _ := strings.Cut(strings.TrimPrefix(place, "gs://"), "/")
		if bucket == "" || slices.Contains(buckets, bucket) {
			continue
		}
		if err := c.CreateBucket(ctx, project, bucket, opts.Region(), key); err != nil {
			return err
		}
		buckets = append(buckets, bucket)
	}
	return nil
}
