using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

/// <summary>An order with its advice; beside it the results, below it what was exchanged.</summary>
public static class OrderPage
{
    public static Html Render(PlacedOrder order, ListedPatient patient, PatientRecords records, Html drawer) =>
        Layout.PatientPage(patient, records.PersonOf(patient.Id), "Order", Html.Of($"""
            <div class="columns">
              <div>
                {Draft(order)}
                {CardsView.Render(order)}
                {Reading(order)}
              </div>
              {ChartPage.Aside(records.Of<Observation>(patient.Id))}
            </div>
            {drawer}
            """));

    /// <summary>A request from a file: no order, no chart, only the answer.</summary>
    public static Html RenderImported(PlacedOrder order, Html drawer) => Layout.Page(order.Title, Html.Of($"""
        <h1>{order.Title}</h1>
        <p class="quiet lead">Sent as it stands in the file, on {order.Hook}.</p>
        {CardsView.Render(order)}
        {Reading(order)}
        {drawer}
        """));

    private static Html Reading(PlacedOrder order) =>
        Html.Of($"""<p><a href="/orders/{order.Id}/reading">What the service read, and why</a></p>""");

    private static Html Draft(PlacedOrder order) => order.State == OrderState.Viewed ? Html.Of($"""
        <section class="draft" aria-labelledby="draft"><h2 id="draft">Chart opened</h2><p class="quiet">Nothing is ordered.</p></section>
        """) : Html.Of($"""
        <section class="draft" aria-labelledby="draft">
          <h2 id="draft">Order <span class="state">{State(order.State)}</span></h2>
          <ul>{order.Drafts.Resources.Select(resource => Html.Of($"<li>{Named(resource)}</li>"))}</ul>
          <div class="actions">{Buttons(order)}<a href="/patients/{order.PatientId}/order">Choose another drug</a></div>
        </section>
        """);

    private static Html Buttons(PlacedOrder order) => order.State switch
    {
        OrderState.Draft => Step(order, "sign", "Sign"),
        OrderState.Reviewing => Step(order, "confirm", "Sign in spite of the advice"),
        _ => Html.Of($"""<p class="quiet">This sandbox keeps its charts as they are.</p>"""),
    };

    private static Html Step(PlacedOrder order, string step, string label) => Html.Of($"""
        <form method="post" action="/orders/{order.Id}/{step}" data-busy="Asking the service"><button class="primary">{label}</button></form>
        """);

    private static string State(OrderState state) => state switch
    {
        OrderState.Draft => "draft, not signed",
        OrderState.Reviewing => "not signed: read the advice first",
        _ => "signed",
    };

    private static Html Named(JsonObject resource)
    {
        var concept = (resource["medicationCodeableConcept"] ?? resource["code"]) as JsonObject;
        var name = Members.Text(concept?["text"]) ?? Members.Objects(concept?["coding"]).Select(coding => Members.Text(coding["display"])).FirstOrDefault();
        return Html.Of($"""<strong>{name ?? "not named"}</strong> <span class="quiet">{Members.Text(resource["resourceType"])}, {Members.Text(resource["status"]) ?? "no status"}</span>""");
    }
}
