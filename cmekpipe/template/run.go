package template

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/journal"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// kind is what the two kinds of templates differ in.
type kind interface {
	// refused are the options that no field of a launch carries.
	refused(cmekpipe.Config) []option
	// places are where Dataflow writes without naming a key.
	places(*cmekpipe.Options) []string
	// inspect holds the stored template against the key, and returns further such places.
	inspect(l *launcher, stored fields) (places []string, err error)
	// start makes a job, or with validateOnly none. It is called once for every attempt.
	start(ctx context.Context, l *launcher, a *attempt, validateOnly bool) (*api.Job, error)
	// launches reports whether a program of the template's makes the job.
	launches() bool
}

// launcher is one launch.
type launcher struct {
	Request
	op       string
	kind     kind
	opts     *cmekpipe.Options
	object   cmekpipe.Object // the template
	services *session.Services
	session  *session.Session
	result   *Result
}

// attempt is a job that is asked for.
type attempt struct{ name, request, replaces string }

// run makes every check that needs no call before the first call, and every call that changes nothing before the one that
// makes the job.
func run(ctx context.Context, op string, k kind, opts *cmekpipe.Options, what Request, os []launch.Option) (*Result, error) {
	l := &launcher{Request: what, op: op, kind: k, opts: opts, result: &Result{}}
	if err := l.check(ctx); err != nil {
		return l.result, err
	}
	var err error
	if l.services, err = session.Connect(ctx, op, opts, settings(os)); err != nil {
		return l.result, err
	}
	defer l.services.Storage.Close() //nolint:errcheck // every upload was closed and checked by itself
	text, err := l.prepare(ctx)
	if err != nil {
		return l.result, err
	}
	if opts.DryRun() {
		return l.result, l.validate(ctx)
	}
	if err := l.submit(ctx, text); err != nil || opts.Async() {
		return l.result, err
	}
	return l.result, launch.Watch(ctx, l.result.Job, os...)
}

func settings(os []launch.Option) session.Settings {
	s := session.DefaultSettings()
	for _, option := range os {
		option(&s)
	}
	return s
}

// check refuses what needs no call to be refused.
func (l *launcher) check(ctx context.Context) error {
	if err := checkOptions(l.op, l.opts, l.kind.refused); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var err error
	if l.object, err = objectAt(l.op, l.opts, l.Template); err != nil {
		return err
	}
	if err := session.CheckEnvironment(l.op); err != nil {
		return err
	}
	if err := session.CheckLabels(l.op, l.opts); err != nil {
		return err
	}
	return l.checkGiven()
}

// prepare looks at buckets and template. It returns the template's text.
func (l *launcher) prepare(ctx context.Context) ([]byte, error) {
	if err := l.services.KeyedBuckets(ctx, l.kind.places(l.opts)...); err != nil {
		return nil, err
	}
	if err := l.services.Buckets(ctx, l.opts.StagingLocation().String()); err != nil {
		return nil, err
	}
	text, err := l.read(ctx)
	if err != nil {
		return nil, err
	}
	var stored fields
	if err := json.Unmarshal(text, &stored); err != nil {
		return nil, l.refuse(cmekpipe.InvalidOptions, "got something that is no template: no JSON object", "stage it again")
	}
	places, err := l.kind.inspect(l, stored)
	if err != nil {
		return nil, err
	}
	return text, l.services.KeyedBuckets(ctx, places...)
}

// validate has Dataflow check the launch. No job comes of it.
func (l *launcher) validate(ctx context.Context) error {
	a, err := l.attempt(ctx)
	if err != nil {
		return err
	}
	defer l.services.Progress.Step("having Dataflow check template " + l.Template)()
	err = retry.Do(ctx, l.services.Pace.Policy, func(ctx context.Context) error {
		_, err := l.kind.start(ctx, l, a, true)
		return err
	})
	return l.wrap(ctx, l.Template, err)
}

// attempt names the job, and the one that it is to replace.
func (l *launcher) attempt(ctx context.Context) (*attempt, error) {
	a := &attempt{name: session.JobName(l.opts), request: session.RequestID()}
	if !l.opts.Update() {
		return a, nil
	}
	job, err := l.services.Replaceable(ctx, a.name)
	if err != nil {
		return nil, err
	}
	a.replaces = job.Id
	return a, nil
}

// submit leaves a job running that rests under the key, or none. As long as neither is certain a record tells the next
// launch of it.
func (l *launcher) submit(ctx context.Context, text []byte) error {
	l.session = session.NewSession(l.services, l.found)
	if err := l.session.Recover(ctx); err != nil {
		return err
	}
	a, err := l.attempt(ctx)
	if err != nil {
		return err
	}
	mine := l.session.Record()
	mine.Name, mine.Request, mine.Replaces, mine.Launcher = a.name, a.request, a.replaces, l.kind.launches()
	mine.Pipeline, mine.Began = l.hash(text), time.Now()
	entry, err := l.session.Begin(ctx, mine)
	if err != nil {
		return err
	}
	made, err := l.services.Jobs.SubmitWith(ctx, l.call(a))
	l.session.End(ctx, entry, made)
	if err != nil {
		return l.services.NotReplaced(ctx, a.replaces, err)
	}
	l.result.Job = &launch.Job{ID: made.Job.Id, Name: a.name, Project: l.opts.Project(), Region: l.opts.Region(),
		Key: l.opts.Key(), State: made.Job.CurrentState}
	l.services.Progress.Say("job %s was made of %s and rests under %s: %s",
		made.Job.Id, l.Template, l.opts.Key(), l.result.Job.ConsoleURL())
	return nil
}

// call is the launch as a call that makes one job.
func (l *launcher) call(a *attempt) jobs.Call {
	return jobs.Call{
		Request: jobs.Request{ID: a.request, Name: a.name, Launcher: l.kind.launches()},
		Job: &api.Job{Name: a.name, ReplaceJobId: a.replaces,
			Environment: &api.Environment{TempStoragePrefix: l.opts.TempLocation().String()}},
		Send: func(ctx context.Context) (*api.Job, error) {
			job, err := l.kind.start(ctx, l, a, false)
			return job, l.discreet(err)
		},
		Once: true,
	}
}

// found passes on an orphan.
func (l *launcher) found(o *journal.Orphan) {
	l.result.Orphans = append(l.result.Orphans, launch.Orphan{Fault: o.Fault, Undecided: o.Undecided, Job: launch.Job{
		ID: o.ID, Name: o.Name, Project: o.Project, Region: o.Region, Key: o.Key, State: o.State,
	}})
}

// checkOptions refuses options that don't launch templates. None is ever ignored.
func checkOptions(op string, opts *cmekpipe.Options, refused func(cmekpipe.Config) []option) error {
	if !opts.Valid() {
		return refuse(op, cmekpipe.InvalidOptions, "", "got options that no builder made",
			"build them with cmekpipe.For, FromConfig or FromFlags")
	}
	if runner := opts.Runner(); runner != cmekpipe.RunnerDataflow {
		return refuse(op, cmekpipe.InvalidOptions, "runner", "got "+string(runner)+", want dataflow: no other runner supports templates",
			"set runner to dataflow")
	}
	for _, o := range refused(opts.Config()) {
		if o.set {
			return refuse(op, cmekpipe.Unsupported, o.flag, "got an option that no launch of a template carries",
				"leave it out, and stage the template with it")
		}
	}
	return nil
}

func refuse(op string, code cmekpipe.Code, resource, reason, hint string) error {
	return &cmekpipe.Error{Op: op, Code: code, Resource: resource, Hint: hint, Err: errors.New(reason)}
}
