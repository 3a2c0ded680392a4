package dataflow

import (
	"slices"

	api "google.golang.org/api/dataflow/v1b3"
)

// Say adds a message to a job now, with an importance such as JOB_MESSAGE_WARNING and a text. It returns an error for
// an unknown job and panics for an unknown importance.
func (c *Control) Say(id, level, text string) error {
	if !slices.Contains(importances(), importance(level)) {
		panic("dataflow: got importance " + level + ", want JOB_MESSAGE_ERROR or another JobMessageImportance")
	}
	return c.job(id, func(j *job) { j.say(c.s.env.Now(), importance(level), text) })
}

// Scale adds an autoscaling event to a job, now unless the event has a time. It returns an error for an unknown job.
func (c *Control) Scale(id string, event api.AutoscalingEvent) error {
	return c.job(id, func(j *job) {
		if event.Time == "" {
			event.Time = timestamp(c.s.env.Now())
		}
		j.scaling = append(j.scaling, &event)
	})
}

// SetMetrics sets a job's metrics: numbers in Scalar, and maps of count, sum, min and max in Distribution, with the
// transform in Name.Context["step"]. It returns an error for an unknown job.
func (c *Control) SetMetrics(id string, metrics ...*api.MetricUpdate) error {
	return c.job(id, func(j *job) { j.count(c.s.env.Now(), metrics) })
}

// LoseRegion makes lists name a region among the failed locations and omit its jobs. All other calls work. An empty
// name ends the failure.
func (c *Control) LoseRegion(region string) { c.change(func(s *settings) { s.lost = region }) }
