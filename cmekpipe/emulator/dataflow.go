package emulator

import (
	"context"
	"time"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
)

// Pace sets how long a job of Dataflow stays in each state that ends without a call, by the cloud's clock. Google Cloud
// needs minutes.
type Pace struct {
	// Queued is how long the launcher of a Flex Template runs before its job is pending.
	Queued time.Duration
	// Pending is the time between the creation of a job and its start, when the service checks the key.
	Pending time.Duration
	// Running is how long a batch job runs. A streaming job runs until it is stopped.
	Running time.Duration
	// Snapshot is how long a snapshot stays pending.
	Snapshot time.Duration
	// Stopping is how long cancelling or draining a job lasts.
	Stopping time.Duration
}

// Visibility delays what get and list calls report about jobs of Dataflow. The zero Visibility delays nothing. Create
// and update calls see every job at once, so that a job that no reader sees still holds its name.
type Visibility struct {
	// Reads is how many get and list calls don't report a new job yet.
	Reads int
	// Delay is how long get and list calls don't report a new job, by the cloud's clock.
	Delay time.Duration
	// StateLag is the age of the states that get and list calls report, by the cloud's clock.
	StateLag time.Duration
}

// Execution is a job of Dataflow whose pipeline a [Runner] runs.
type Execution struct {
	// Job is the job's name.
	Job string
	// Model is the staged pipeline. The runner may change it.
	Model *pipepb.Pipeline
	// Worker is the staged worker binary.
	Worker []byte
	// Options are the pipeline options of the job, in JSON.
	Options []byte
	// Environ are the variables that workers need in addition to those of the process, in the form of [os.Environ].
	Environ []string
	// Say adds a message to the job: an importance such as JOB_MESSAGE_DETAILED and a text.
	Say func(importance, text string)
}

// Runner runs the pipeline of a job until it ends, or until ctx does. It returns the job's metrics, and an error if the
// pipeline failed. Package prismrun has one.
type Runner func(ctx context.Context, e Execution) ([]*api.MetricUpdate, error)

// DataflowControl controls the emulated Dataflow service: how fast jobs run, how late readers see them, their messages
// and metrics, and which mistakes the service makes. Settings apply to later calls and may be changed at any time. Use
// [Cloud.Dataflow].
type DataflowControl struct{ c *dataflow.Control }

// Dataflow returns the control of the emulated Dataflow service.
func (c *Cloud) Dataflow() *DataflowControl { return &DataflowControl{c.jobs.Control()} }

// Pace returns how long jobs stay in the states that end without a call.
func (d *DataflowControl) Pace() Pace { return Pace(d.c.Pace()) }

// SetPace sets how long jobs stay in the states that end without a call. The default is 50 ms running and 20 ms in each
// other state.
func (d *DataflowControl) SetPace(p Pace) { d.c.SetPace(dataflow.Pace(p)) }

// SetVisibility delays what get and list calls report about jobs. The default is no delay.
func (d *DataflowControl) SetVisibility(v Visibility) { d.c.SetVisibility(dataflow.Visibility(v)) }

// Tamper makes the service store a job that differs from the submitted one: it calls change with every new job before
// it stores the job. Google's service does no such thing; use this to test programs that compare a job with what they
// submitted. The stored job has only the fields of [api.Job]. Nil ends the tampering.
func (d *DataflowControl) Tamper(change func(*api.Job)) { d.c.Tamper(change) }

// TamperAnswers makes the service answer a job that differs from the stored one: it calls change with every job that a
// method such as [DataflowJobsGet] is about to answer. Change must not call the cloud. Nil ends the tampering.
func (d *DataflowControl) TamperAnswers(change func(method Method, job *api.Job)) {
	if change == nil {
		d.c.TamperAnswers(nil)
		return
	}
	d.c.TamperAnswers(func(method string, job *api.Job) { change(Method(method), job) })
}

// AnswerExisting makes a create call return an active job of the same name, as the reference of field Job.name says.
// The default is the error 409, which Beam's launchers expect.
func (d *DataflowControl) AnswerExisting(yes bool) { d.c.AnswerExisting(yes) }

// FailOnKeyLoss makes a running job end as JOB_STATE_FAILED when its key stops working. The default is
// JOB_STATE_CANCELLED, because Google's documentation says that such jobs are cancelled but names no state.
func (d *DataflowControl) FailOnKeyLoss(yes bool) { d.c.FailOnKeyLoss(yes) }

// StoredKeyWins makes the key in a classic template override the key of its launch. By default the job has the key of
// the launch, and no key if the launch has none. Google documents neither.
func (d *DataflowControl) StoredKeyWins(yes bool) { d.c.StoredKeyWins(yes) }

// LoseRegion makes lists name a region among the failed locations and omit its jobs. All other calls work. An empty
// name ends the failure.
func (d *DataflowControl) LoseRegion(region string) { d.c.LoseRegion(region) }

// Backdate changes the creation time of a job, for example to a day before 2024-03-07. It returns an error for an
// unknown job.
func (d *DataflowControl) Backdate(id string, created time.Time) error {
	return d.c.Backdate(id, created)
}

// Fail makes a job fail now, with a text as its last error message. It returns an error for a job that is unknown or
// has ended.
func (d *DataflowControl) Fail(id, text string) error { return d.c.Fail(id, text) }

// Say adds a message to a job now, with an importance such as JOB_MESSAGE_WARNING and a text. It returns an error for
// an unknown job and panics for an unknown importance.
func (d *DataflowControl) Say(id, importance, text string) error {
	return d.c.Say(id, importance, text)
}

// Scale adds an autoscaling event to a job, now unless the event has a time. It returns an error for an unknown job.
func (d *DataflowControl) Scale(id string, event api.AutoscalingEvent) error {
	return d.c.Scale(id, event)
}

// SetMetrics sets a job's metrics: numbers in Scalar, and maps of count, sum, min and max in Distribution, with the
// transform in Name.Context["step"]. It returns an error for an unknown job.
func (d *DataflowControl) SetMetrics(id string, metrics ...*api.MetricUpdate) error {
	return d.c.SetMetrics(id, metrics...)
}
