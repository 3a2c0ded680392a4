package emulator_test

import (
	"testing"

	"cloud.google.com/go/datastore"
	pubsub "cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// A topic that is deleted and created again has nothing of the first one, and a client may go on.
func TestTopicDeletedAndCreatedAgain(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	ctx, key := t.Context(), granted(t, cloud, "us-central1")
	const topic = "projects/bank-prod/topics/payments"
	client, err := pubsub.NewTopicAdminClient(ctx, cloud.ClientOptions(emulator.PubSub)...)
	must(t, err)
	defer client.Close()
	publish := func(data string) error {
		_, err := client.Publish(ctx, &pubsubpb.PublishRequest{Topic: topic, Messages: []*pubsubpb.PubsubMessage{{Data: []byte(data)}}})
		return err
	}
	must(t, cloud.CreateTopic(ctx, topic, key))
	must(t, publish("first"))
	remove := cloud.Inject(emulator.Fault{Method: emulator.PubSubTopicsPublish, Call: 1, OnBegin: func(emulator.Method, string) {
		if err := client.DeleteTopic(ctx, &pubsubpb.DeleteTopicRequest{Topic: topic}); err != nil {
			t.Error(err)
		}
	}})
	if err := publish("lost"); err == nil {
		t.Error("publish to a topic that was deleted a moment ago: got no error")
	}
	remove()
	// The subscription of the first topic stays, without a topic.
	subscriptions, err := pubsub.NewSubscriptionAdminClient(ctx, cloud.ClientOptions(emulator.PubSub)...)
	must(t, err)
	defer subscriptions.Close()
	must(t, subscriptions.DeleteSubscription(ctx, &pubsubpb.DeleteSubscriptionRequest{Subscription: "projects/bank-prod/subscriptions/payments"}))
	must(t, cloud.CreateTopic(ctx, topic, none))
	must(t, publish("second"))
	messages, err := cloud.PullMessages(ctx, topic)
	if err != nil || len(messages) != 1 || string(messages[0].GetData()) != "second" {
		t.Errorf("got %v, %v, want the message after the deletion only", messages, err)
	}
	var keys []bool
	for _, e := range cloud.Ledger() {
		if e.Kind == emulator.KindTopic {
			keys = append(keys, e.ProtectedBy() == key && !e.Deleted.IsZero())
		}
	}
	if len(keys) != 2 || !keys[0] || keys[1] {
		t.Errorf("got %v, want a deleted topic with the key and one without", keys)
	}
}

// A database that is deleted and created again is empty and has the new key.
func TestDatastoreDatabaseDeletedAndCreatedAgain(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	ctx, key := t.Context(), granted(t, cloud, "us-central1")
	const name = "projects/bank-prod/databases/ledger"
	must(t, cloud.CreateDatastoreDatabase(ctx, name, "us-central1", key))
	client, err := datastore.NewClientWithDatabase(ctx, project, "ledger", cloud.ClientOptions(emulator.Datastore)...)
	must(t, err)
	defer client.Close()
	put := func(id string) error {
		_, err := client.Put(ctx, datastore.NameKey("Payment", id, nil), &payment{Branch: id})
		return err
	}
	must(t, put("Bonn"))
	admin, err := firestore.NewService(ctx, cloud.ClientOptions(emulator.FirestoreAdmin)...)
	must(t, err)
	_, err = admin.Projects.Databases.Delete(name).Do()
	must(t, err)
	if err := put("Oslo"); err == nil {
		t.Error("write to a deleted database: got no error")
	}
	must(t, cloud.CreateDatastoreDatabase(ctx, name, "us-central1", none))
	must(t, put("Oslo"))
	var found []payment
	if _, err := client.GetAll(ctx, datastore.NewQuery("Payment"), &found); err != nil || len(found) != 1 || found[0].Branch != "Oslo" {
		t.Errorf("got %v, %v, want the entity after the deletion only", found, err)
	}
}
