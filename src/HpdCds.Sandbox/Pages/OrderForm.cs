using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Pages;

/// <summary>The order form of the chart: the drug, how the service gets the data, choose or sign.</summary>
public static class OrderForm
{
    private static readonly IReadOnlyList<(DataRoute Route, string Label)> Routes =
    [
        (DataRoute.Prefetch, "The chart goes along (prefetch)"),
        (DataRoute.Token, "The service reads it (token)"),
        (DataRoute.Both, "Both"),
    ];

    public static Html Render(string patientId, string drug, DataRoute route) => Html.Of($"""
        <form class="order" method="post" action="/patients/{patientId}/order">
          <label>Drug <select name="drug">{CheckpointInhibitors.All.Select(one => Option(one.Name, one.Name, one.Name == drug))}</select></label>
          <label>Data <select name="route">{Routes.Select(one => Option(Word(one.Route), one.Label, one.Route == route))}</select></label>
          <button name="hook" value="{DraftOrder.Select}">Select</button>
          <button name="hook" value="{DraftOrder.Sign}" class="primary">Sign</button>
        </form>
        """);

    /// <summary>The order that a filled form asks for, or null when it names something that is not on offer.</summary>
    public static DraftOrder? Read(string patientId, IFormCollection form)
    {
        var route = Routes.Where(one => Word(one.Route) == form["route"].ToString()).Select(one => (DataRoute?)one.Route).FirstOrDefault();
        return (CheckpointInhibitors.Find(form["drug"]), route, form["hook"].ToString()) switch
        {
            ({ } drug, { } chosen, DraftOrder.Select or DraftOrder.Sign) => new(patientId, drug, chosen, form["hook"].ToString()),
            _ => null,
        };
    }

    private static string Word(DataRoute route) => route switch
    {
        DataRoute.Prefetch => "prefetch",
        DataRoute.Token => "token",
        _ => "both",
    };

    private static Html Option(string value, string label, bool chosen) => chosen
        ? Html.Of($"""<option value="{value}" selected>{label}</option>""")
        : Html.Of($"""<option value="{value}">{label}</option>""");
}
