package emulator

import "github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"

// Jobs is the hold that a test has on Dataflow: how fast its jobs run, how late readers learn of them, what goes wrong.
type Jobs = dataflow.Control

// Pace is how long jobs of Dataflow stay in the states that end by themselves, see [Jobs].
type Pace = dataflow.Pace

// Visibility is how late readers learn of jobs of Dataflow, see [Jobs].
type Visibility = dataflow.Visibility

// Jobs returns the hold that a test has on Dataflow.
func (c *Cloud) Jobs() *Jobs { return c.jobs.Control() }
