package dataflow

import (
	"slices"

	api "google.golang.org/api/dataflow/v1b3"
)

// Say adds a message to a job, now: an importance such as JOB_MESSAGE_WARNING and a text. It fails for an unknown job
// and panics for an unknown importance.
func (c *Control) Say(id, level, text string) error {
	if !slices.Contains(importances(), importance(level)) {
		panic("dataflow: got importance " + level + ", want JOB_MESSAGE_ERROR or another JobMessageImportance")
	}
	return c.job(id, func(j *job) { j.say(c.s.env.Now(), importance(level), text) })
}

// Scale adds an event of the autoscaler to a job, now unless it has a time. It fails for an unknown job.
func (c *Control) Scale(id string, event api.AutoscalingEvent) error {
	return c.job(id, func(j *job) {
		if event.Time == "" {
			event.Time = timestamp(c.s.env.Now())
		}
		j.scaling = append(j.scaling, &event)
	})
}

// SetMetrics sets what a job has counted: numbers in Scalar, and maps of count, sum, min and max in Distribution, with
// the transform in Name.Context["step"]. It fails for an unknown job.
func (c *Control) SetMetrics(id string, metrics ...*api.MetricUpdate) error {
	return c.job(id, func(j *job) { j.count(c.s.env.Now(), metrics) })
}

// LoseRegion makes lists name a region among the failed locations, without the jobs there. All else works. An
// empty name ends it.
func (c *Control) LoseRegion(region string) { c.change(func(s *settings) { s.lost = region }) }
