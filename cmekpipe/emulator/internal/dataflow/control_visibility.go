package dataflow

import (
	"time"
)

// Visibility delays what readers see. The zero Visibility delays nothing. Create and update calls see every job at
// once, so that a job that no reader sees still holds its name.
type Visibility struct {
	// Reads is how many get and list calls don't report a new job yet.
	Reads int
	// Delay is how long get and list calls don't report a new job, by the cloud's clock.
	Delay time.Duration
	// StateLag is the age of the states that readers see, by the cloud's clock.
	StateLag time.Duration
}

// hide sets how long a new job stays hidden.
func (j *job) hide(v Visibility) {
	j.unseen, j.hidden = v.Reads, j.created.Add(v.Delay)
}

// visible reports whether a reader finds the job now, and counts the read.
func (j *job) visible(now time.Time) bool {
	if j.unseen > 0 {
		j.unseen--
		return false
	}
	return !now.Before(j.hidden)
}

// visibleState returns the state that readers see: the last one that began before the lag, or the first.
func (j *job) visibleState() transition {
	seen := j.history[0]
	for _, t := range j.history[1:] {
		if t.at.After(j.horizon) {
			break
		}
		seen = t
	}
	return seen
}

// see returns a job for a reader.
func (s *Server) see(c *call, id string) (*job, error) {
	j, err := s.find(c, id)
	if err == nil && !j.visible(c.now) {
		return nil, unknownJob(id)
	}
	return j, err
}
