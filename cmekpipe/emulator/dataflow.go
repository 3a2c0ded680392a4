package emulator

import (
	"context"
	"time"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
)

// Pace is how long a job of Dataflow stays in the states that end without a call, by the cloud's clock. Google's
// service needs minutes.
type Pace struct {
	// Queued is how long the launcher of a Flex Template runs before its job is pending.
	Queued time.Duration
	// Pending is the time between submit and start, when the key is checked.
	Pending time.Duration
	// Running is how long a batch job runs. A streaming job runs until it is stopped.
	Running time.Duration
	// Snapshot is how long a snapshot is pending.
	Snapshot time.Duration
	// Stopping is how long a job cancels or drains.
	Stopping time.Duration
}

// Visibility is how late readers learn of jobs of Dataflow. The zero Visibility is at once. Create and update calls see
// every job at once, so that a name stays taken by a job that no reader sees.
type Visibility struct {
	// Reads is how many gets, and lists that would include it, don't find a new job yet.
	Reads int
	// Delay is how long a new job isn't found, by the cloud's clock.
	Delay time.Duration
	// StateLag is how old the states are that readers see, by the cloud's clock.
	StateLag time.Duration
}

// Execution is a job of Dataflow whose pipeline a [Runner] is to run.
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

// DataflowControl controls the emulated Dataflow service: how fast jobs run, how late readers learn of them, what they
// say and count, and which mistakes the service makes. Settings hold for calls to come and may be changed at any time.
// Use [Cloud.Dataflow].
type DataflowControl struct{ c *dataflow.Control }

// Dataflow returns the control of the emulated Dataflow service.
func (c *Cloud) Dataflow() *DataflowControl { return &DataflowControl{c.jobs.Control()} }

// Pace returns how long jobs stay in the states that end without a call.
func (d *DataflowControl) Pace() Pace { return Pace(d.c.Pace()) }

// SetPace sets how long jobs stay in the states that end without a call. The default is 50 ms running and 20 ms in each
// of the others.
func (d *DataflowControl) SetPace(p Pace) { d.c.SetPace(dataflow.Pace(p)) }

// SetVisibility sets how late readers learn of jobs. By default they learn at once.
func (d *DataflowControl) SetVisibility(v Visibility) { d.c.SetVisibility(dataflow.Visibility(v)) }

// Tamper makes the service store something else than a client submits: change is called with every new job before it is
// stored. Google's service does no such thing; this is for tests of programs that compare a job with what they submitted.
// The stored job holds only what [api.Job] can hold. Nil ends it.
func (d *DataflowControl) Tamper(change func(*api.Job)) { d.c.Tamper(change) }

// TamperAnswers makes the service answer something else than it stored: change is called with every job that a method
// such as [DataflowJobsGet] is about to answer. It must not call the cloud. Nil ends it.
func (d *DataflowControl) TamperAnswers(change func(method Method, job *api.Job)) {
	if change == nil {
		d.c.TamperAnswers(nil)
		return
	}
	d.c.TamperAnswers(func(method string, job *api.Job) { change(Method(method), job) })
}

// AnswerExisting makes a create call that meets an active job of the same name answer that job, as the reference of
// field Job.name says. The default is the error 409 that Beam's launchers expect.
func (d *DataflowControl) AnswerExisting(yes bool) { d.c.AnswerExisting(yes) }

// FailOnKeyLoss makes a job end as JOB_STATE_FAILED when its key stops working while it runs. The default is
// JOB_STATE_CANCELLED: Google's page says that jobs are cancelled, and names no state.
func (d *DataflowControl) FailOnKeyLoss(yes bool) { d.c.FailOnKeyLoss(yes) }

// StoredKeyWins makes the key that a classic template holds decide over that of its launch. By default the launch's
// key alone counts, and a launch without a key makes a job without one. Google documents neither.
func (d *DataflowControl) StoredKeyWins(yes bool) { d.c.StoredKeyWins(yes) }

// LoseRegion makes lists name a region among the failed locations and leave its jobs out. All other calls work. An empty
// name ends it.
func (d *DataflowControl) LoseRegion(region string) { d.c.LoseRegion(region) }

// Backdate changes when a job was created, such as to a day before 2024-03-07. It fails for an unknown job.
func (d *DataflowControl) Backdate(id string, created time.Time) error {
	return d.c.Backdate(id, created)
}

// Fail makes a job fail now, with a text as its last error message. It fails for an unknown job and one that has ended.
func (d *DataflowControl) Fail(id, text string) error { return d.c.Fail(id, text) }

// Say adds a message to a job, now: an importance such as JOB_MESSAGE_WARNING and a text. It fails for an unknown job
// and panics for an unknown importance.
func (d *DataflowControl) Say(id, importance, text string) error {
	return d.c.Say(id, importance, text)
}

// Scale adds an event of the autoscaler to a job, now unless the event has a time. It fails for an unknown job.
func (d *DataflowControl) Scale(id string, event api.AutoscalingEvent) error {
	return d.c.Scale(id, event)
}

// SetMetrics sets a job's metrics: numbers in Scalar, and maps of count, sum, min and max in Distribution, with the
// transform in Name.Context["step"]. It fails for an unknown job.
func (d *DataflowControl) SetMetrics(id string, metrics ...*api.MetricUpdate) error {
	return d.c.SetMetrics(id, metrics...)
}
