package keyedgcs

import (
	"context"
	"errors"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// explain returns an error of a write as a typed error. If the key is in the wrong location it reads the bucket's location,
// so that the hint can name the location of a suitable key; without permission for that, the hint names the bucket only.
func (s *Store) explain(ctx context.Context, o cmekpipe.Object, err error) error {
	err = s.wrap(o, err)
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != cmekpipe.LocationMismatch {
		return err
	}
	ctx, cancel := Cleanup(ctx)
	defer cancel()
	bucket, lookup := s.client.Bucket(o.Bucket()).Attrs(ctx)
	if lookup != nil {
		return err
	}
	if answer := location.ForBucket(o.Key().Location(), bucket.Location); len(answer.Want) > 0 {
		e.Hint = "bucket " + o.Bucket() + " is in " + strings.ToLower(bucket.Location) + ": " +
			explain.MoveKey("gs://"+o.Bucket(), o.Key(), answer.Want)
	}
	return err
}
