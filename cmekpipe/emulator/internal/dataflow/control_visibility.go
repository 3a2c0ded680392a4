package dataflow

import (
	"time"
)

// Visibility is how late readers learn of what happened. The zero Visibility is at once. Create and update know at
// once, whatever it is, so that a name stays taken by a job that nobody sees.
type Visibility struct {
	// Reads is how many gets, and lists that would show it, don't find a new job yet.
	Reads int
	// Delay is how long a new job isn't found, by the cloud's clock.
	Delay time.Duration
	// StateLag is how old the states are that readers see, by the cloud's clock.
	StateLag time.Duration
}

// hide sets out how long a new job stays hidden.
func (j *job) hide(v Visibility) {
	j.unseen, j.hidden = v.Reads, j.created.Add(v.Delay)
}

// visible reports whether a reader finds the job now, and counts the reader.
func (j *job) visible(now time.Time) bool {
	if j.unseen > 0 {
		j.unseen--
		return false
	}
	return !now.Before(j.hidden)
}

// face is what readers see of the job's state: the last one that began before some time, or the first.
func (j *job) face() transition {
	seen := j.history[0]
	for _, t := range j.history[1:] {
		if t.at.After(j.horizon) {
			break
		}
		seen = t
	}
	return seen
}

// see returns a job to a reader.
func (s *Server) see(c *call, id string) (*job, error) {
	j, err := s.find(c, id)
	if err == nil && !j.visible(c.now) {
		return nil, unknownJob(id)
	}
	return j, err
}
