using Hl7.Fhir.Model;
using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Sandbox.Pages;

/// <summary>Where a drug is looked up; choosing it makes the draft and asks the service at once.</summary>
public static class DrugListPage
{
    public static Html Render(ListedPatient patient, PatientRecords records, string? search, IReadOnlyList<string> keys)
    {
        var found = OrderableDrugs.All.Where(drug => drug.Matches(search)).ToList();
        var suggested = patient.Drug is { } drug && string.IsNullOrWhiteSpace(search)
            ? Html.Of($"""<p class="try">To see what this patient shows: {Button(OrderableDrugs.Find(drug)!)}</p>""")
            : Html.Nothing;
        return Layout.PatientPage(patient, records.PersonOf(patient.Id), "Order", Html.Of($"""
            <div class="columns">
              <div>
                <h2>Order a drug</h2>
                <form class="search" method="get" role="search">
                  <label for="search">Drug, brand or Chinese name</label>
                  <input id="search" name="search" type="search" value="{search}" autocomplete="off" data-filter="drugs">
                  <button>Search</button>
                </form>
                <form method="post" action="/patients/{patient.Id}/order" data-busy="Asking the service">
                  {suggested}
                  <div id="drugs">{Groups(found)}</div>
                  {(found.Count == 0 ? Html.Of($"""<p class="quiet">No drug of that name is on this list.</p>""") : Html.Nothing)}
                  <details class="integrator"><summary>For integrators: how the data goes, and what goes wrong</summary>{SwitchesView.Fields(new(), keys)}</details>
                </form>
              </div>
              {ChartPage.Aside(records.Of<Observation>(patient.Id))}
            </div>
            """));
    }

    private static IEnumerable<Html> Groups(IEnumerable<OrderableDrug> drugs) =>
        drugs.GroupBy(drug => drug.Group, StringComparer.Ordinal).Select(group => Html.Of($"""
            <fieldset class="drugs"><legend>{group.Key}</legend>{group.Select(Button)}</fieldset>
            """));

    private static Html Button(OrderableDrug drug) => Html.Of($"""
        <button name="drug" value="{drug.Name}" data-names="{string.Join(' ', drug.Names)}">{drug.Name}</button>
        """);
}
