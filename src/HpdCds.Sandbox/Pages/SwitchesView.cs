using System.Collections.Immutable;
using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Pages;

/// <summary>The integrator's switches, as fields of whichever form they stand in.</summary>
public static class SwitchesView
{
    public static Html Fields(Switches switches, IReadOnlyList<string> keys) => Html.Of($"""
        <div class="switches">
          <label>Data <select name="route">{Options(Switches.Routes, switches.Route)}</select></label>
          <label>Prefetch key <select name="prefetchKey">{Option("", "none", switches.PrefetchKey is null)}{keys.Select(key => Option(key, key, key == switches.PrefetchKey))}</select></label>
          <label>That key <select name="prefetchFault">{Options(Switches.PrefetchFaults, switches.PrefetchFault)}</select></label>
          <label>FHIR server <select name="serverFault">{Options(Switches.ServerFaults, switches.ServerFault)}</select></label>
          {Language(switches)}
        </div>
        """);

    /// <summary>What is set otherwise than usual, in a line; empty when nothing is.</summary>
    public static string Said(Switches switches)
    {
        var parts = new[]
        {
            switches.Route == DataRoute.Prefetch ? null : Label(Switches.Routes, switches.Route),
            switches is { PrefetchKey: { } key, PrefetchFault: not PrefetchFault.Nothing } ? $"{key}: {Label(Switches.PrefetchFaults, switches.PrefetchFault)}" : null,
            switches.ServerFault == ServerFault.Nothing ? null : $"FHIR server: {Label(Switches.ServerFaults, switches.ServerFault)}",
            switches.Language == SandboxSite.English ? null : "Chinese",
        };
        return string.Join("; ", parts.OfType<string>());
    }

    private static Html Language(Switches switches) => SandboxSite.Languages.Count == 1 ? Html.Nothing : Html.Of($"""
        <label>Language <select name="language">{Option(SandboxSite.English, "English", switches.Language == SandboxSite.English)}{Option(SandboxSite.Chinese, "Chinese", switches.Language == SandboxSite.Chinese)}</select></label>
        """);

    private static string Label<T>(ImmutableArray<(string Word, T Value, string Label)> offered, T value)
        where T : struct => offered.First(one => one.Value.Equals(value)).Label;

    private static IEnumerable<Html> Options<T>(ImmutableArray<(string Word, T Value, string Label)> offered, T chosen)
        where T : struct => offered.Select(one => Option(one.Word, one.Label, one.Value.Equals(chosen)));

    private static Html Option(string value, string label, bool chosen) => chosen
        ? Html.Of($"""<option value="{value}" selected>{label}</option>""")
        : Html.Of($"""<option value="{value}">{label}</option>""");
}
