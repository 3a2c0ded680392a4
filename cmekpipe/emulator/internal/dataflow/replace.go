package dataflow

import (
	"context"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// replaced returns the running job that a submission replaces, nil if it replaces none.
func (s *Server) replaced(c *call, sub submission) (*job, error) {
	if sub.ReplaceJobID == "" {
		return nil, nil
	}
	j, err := s.find(c, sub.ReplaceJobID)
	switch {
	case err != nil:
		return nil, err
	case j.Name != sub.Name:
		return nil, core.BadRequest("got job name " + sub.Name + " for a replacement, want " + j.Name + " as the job it replaces")
	case j.Type != streaming || sub.Type != streaming:
		return nil, core.BadRequest("only a streaming job can be replaced, by a streaming job")
	case j.state == updated:
		return nil, core.FailedPrecondition("job " + j.id + " was replaced already")
	case j.state != running && j.state != draining:
		return nil, core.FailedPrecondition("only a running or draining job can be replaced, got " + j.id + " in " + string(j.state))
	}
	return j, sameKey(j, sub)
}

// sameKey refuses a replacement with another key than that of the job, whose state the new job reads. Google documents
// no way to change the key.
func sameKey(j *job, sub submission) error {
	had, wants := j.Environment.ServiceKmsKeyName, sub.Environment.ServiceKmsKeyName
	if had == wants {
		return nil
	}
	return core.FailedPrecondition("The workflow could not be created. Causes: job " + j.id + " can't be replaced by a job with " +
		keyOrNone(wants) + ", as its state is encrypted with " + keyOrNone(had) + ".")
}

func keyOrNone(name string) string {
	if name == "" {
		return "no Cloud KMS key"
	}
	return "Cloud KMS key " + name
}

// checkMapping refuses an invalid mapping of transform names.
func checkMapping(sub submission) error {
	if len(sub.TransformNameMapping) > 0 && sub.ReplaceJobID == "" {
		return core.BadRequest("got transformNameMapping for a job that replaces no other")
	}
	if _, empty := sub.TransformNameMapping[""]; empty {
		return core.BadRequest("got transformNameMapping of a transform without a name")
	}
	return nil
}

// incompatible checks a replacement before it takes over: each transform of the old job must exist in the new one,
// under its name or the mapped one. It returns the service's text, as users report it, or "" if the jobs are
// compatible. Jobs without readable transforms are compatible.
func (s *Server) incompatible(ctx context.Context, j *job) string {
	if j.replaces == nil {
		return ""
	}
	had, has := s.transforms(ctx, j.replaces), s.transforms(ctx, j)
	if len(had) == 0 || len(has) == 0 {
		return ""
	}
	var faults []string
	for prefix := range j.TransformNameMapping {
		if !slices.ContainsFunc(had, func(name string) bool { return under(name, prefix) }) {
			faults = append(faults, "The transform name mapping names "+prefix+", which is no transform of that job.")
		}
	}
	var missing []string
	for _, name := range had {
		if now, kept := mapped(name, j.TransformNameMapping); kept && !slices.Contains(has, now) {
			missing = append(missing, now)
		}
	}
	if len(missing) > 0 {
		faults = append(faults, "The new job is missing steps "+strings.Join(missing, ", ")+
			". If these steps have been renamed or deleted, please specify them with the update command.")
	}
	if len(faults) == 0 {
		return ""
	}
	slices.Sort(faults)
	return "Workflow failed. Causes: The new job is not compatible with " + j.replaces.id +
		". The original job has not been aborted., " + strings.Join(faults, ", ")
}

// mapped returns the name that a transform has in the new job, by the longest mapped prefix, and whether it must exist
// there. A transform that is mapped to "" was deleted.
func mapped(name string, mapping map[string]string) (string, bool) {
	best := ""
	for prefix := range mapping {
		if under(name, prefix) && len(prefix) > len(best) {
			best = prefix
		}
	}
	if best == "" {
		return name, true
	}
	return mapping[best] + strings.TrimPrefix(name, best), mapping[best] != ""
}

// under reports whether a transform has a name or is inside the composite of that name.
func under(name, prefix string) bool {
	return name == prefix || strings.HasPrefix(name, prefix+"/")
}
