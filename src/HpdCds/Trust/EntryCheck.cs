using System.Collections.Immutable;
using HpdCds.Hooks;

namespace HpdCds.Trust;

/// <summary>Collects everything that is wrong with one entry, each fault under its place.</summary>
internal sealed class EntryCheck(string place, List<string> errors)
{
    public void Require(bool holds, string fault)
    {
        if (!holds)
            errors.Add($"{place}:{fault}");
    }

    public void OneOf(string name, string value, params string[] words) =>
        Require(words.Contains(value, StringComparer.Ordinal), $"{name} must be {string.Join(" or ", words)}");

    // What stands where an address is expected may hold a password: it is named by its place and never quoted.
    public FhirBase? Base(string url, int at)
    {
        var parsed = FhirBase.Parse(url);
        if (parsed is null)
            Require(false, $"FhirBaseUrls:{at} is not an absolute http(s) URL without user, query and fragment");
        else
            Require(parsed.IsSafe, $"FhirBaseUrls:{at} must be https (plain http only on this machine)");
        return parsed;
    }

    public bool Origin(string name, string origin, int at)
    {
        var parsed = FhirBase.Parse(origin);
        var isOrigin = parsed is { IsSafe: true } && parsed.Text == origin && new Uri(origin).AbsolutePath == "/";
        Require(isOrigin, $"{name}:{at} must be an explicit origin such as https://ehr.example.org");
        return isOrigin;
    }

    public bool Host(string name, string host, int at)
    {
        var isHost = Uri.CheckHostName(host) != UriHostNameType.Unknown;
        Require(isHost, $"{name}:{at} must be a host name or an address, without port");
        return isHost;
    }

    public void NoUser(string name, string text) =>
        Require(!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.UserInfo.Length == 0, $"{name} must not name a user");

    public string? KeyUrl(string name, string url)
    {
        var isUrl = Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
        Require(isUrl, $"{name} must be an https URL (plain http only on this machine)");
        return isUrl ? url : null;
    }

    public ImmutableDictionary<string, ServiceMode> Services(IDictionary<string, string> written)
    {
        var modes = ImmutableDictionary.CreateBuilder<string, ServiceMode>(StringComparer.Ordinal);
        foreach (var (name, word) in written)
        {
            Require(HookCatalogue.Names.Contains(name, StringComparer.Ordinal), $"Services: '{name}' is none of {string.Join(", ", HookCatalogue.Names)}");
            OneOf($"Services:{name}", word, "live", "silent", "off");
            modes[name] = word == "live" ? ServiceMode.Live : word == "silent" ? ServiceMode.Silent : ServiceMode.Off;
        }

        foreach (var name in written.Count == 0 ? HookCatalogue.OnByDefault : [])
            modes[name] = ServiceMode.Live;
        return modes.ToImmutable();
    }
}
