package jobs

import (
	"context"
	"errors"
	"path"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// readBack reads the job from the service. The answer of create does not count: it may only repeat the request.
func (s *Service) readBack(ctx context.Context, id string) (*api.Job, error) {
	defer s.Progress.Step("reading back the key of job " + id)()
	stored, err := s.Seen(ctx, id, ViewAll)
	if err != nil {
		return nil, gcperr.Wrap(s.Op, s.Resource(id), s.Key, err)
	}
	return stored, nil
}

// keyOf returns the key that Dataflow reports for a job, "" if it has none.
func keyOf(j *api.Job) string {
	if j.Environment == nil {
		return ""
	}
	return j.Environment.ServiceKmsKeyName
}

// check holds a job against the key, and against what was asked for if that is known. What the service leaves out is
// not compared, but the key.
func (s *Service) check(stored, asked *api.Job) error {
	if err := keycheck.Check(s.Op, s.Resource(stored.Id), []cmekpipe.KeyName{s.Key}, keyOf(stored)); err != nil {
		return err
	}
	if got := s.elsewhere(stored); got != "" {
		return s.contradiction(stored, cmekpipe.LocationMismatch, "got "+got+", want "+s.Region+", where job and key were to be")
	}
	if asked == nil {
		return nil
	}
	if stored.Name != "" && stored.Name != asked.Name {
		return s.contradiction(stored, cmekpipe.Internal, "got job name "+stored.Name+", want "+asked.Name)
	}
	if stored.Environment == nil || asked.Environment == nil {
		return nil
	}
	got, want := tempBucket(stored.Environment.TempStoragePrefix), tempBucket(asked.Environment.TempStoragePrefix)
	if got != "" && got != want {
		return s.contradiction(stored, cmekpipe.Internal, "got temporary files in bucket "+got+", want "+want)
	}
	return nil
}

func (s *Service) contradiction(stored *api.Job, code cmekpipe.Code, reason string) error {
	return &cmekpipe.Error{Op: s.Op, Code: code, Resource: s.Resource(stored.Id), Err: errors.New(reason),
		Hint: "find out who changed it: gcloud logging read 'protoPayload.serviceName=\"dataflow.googleapis.com\"' --limit=10 --project=" + s.Project}
}

// elsewhere returns the place outside the region in which the job or its workers are, or "".
func (s *Service) elsewhere(j *api.Job) string {
	if j.Location != "" && j.Location != s.Region {
		return "a job in " + j.Location
	}
	if j.Environment == nil {
		return ""
	}
	if region := j.Environment.WorkerRegion; region != "" && region != s.Region {
		return "workers in " + region
	}
	zones := []string{j.Environment.WorkerZone}
	for _, pool := range j.Environment.WorkerPools {
		zones = append(zones, pool.Zone)
	}
	for _, zone := range zones {
		if zone = path.Base(zone); zone != "." && !strings.HasPrefix(zone, s.Region+"-") {
			return "workers in " + zone
		}
	}
	return ""
}

// tempBucket returns the bucket of the forms of field tempStoragePrefix of the API's Environment, and gs:// URLs; it
// returns "" for any other.
func tempBucket(prefix string) string {
	const host = "storage.googleapis.com"
	if bucket, _ := gsurl.Split(prefix); bucket != "" {
		return bucket
	}
	if path, inHost := strings.CutPrefix(prefix, host+"/"); inHost {
		bucket, _, _ := strings.Cut(path, "/")
		return bucket
	}
	first, _, _ := strings.Cut(prefix, "/")
	bucket, inHost := strings.CutSuffix(first, "."+host)
	if !inHost {
		return ""
	}
	return bucket
}
