using System.Collections.Concurrent;
using HpdCds.Knowledge;
using Microsoft.Extensions.Primitives;

namespace HpdCds.Trust;

/// <summary>
/// The EHRs as the settings have them now: a changed settings file counts at once, so that a kill switch needs no restart.
/// Settings that are not usable change nothing; what is wrong with them is logged.
/// </summary>
public sealed partial class CurrentTrust : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly IHostEnvironment _environment;
    private readonly KnowledgeBase _knowledge;
    private readonly ILogger _log;
    private readonly IDisposable _watch;
    private readonly ConcurrentDictionary<FileConfigurationSource, bool> _broken = new();
    private volatile TrustTable _table;

    public CurrentTrust(TrustTable first, IConfiguration configuration, IHostEnvironment environment, KnowledgeBase knowledge, ILogger<CurrentTrust> log)
    {
        (_table, _configuration, _environment, _knowledge, _log) = (first, configuration, environment, knowledge, log);
        foreach (var file in (configuration as IConfigurationBuilder)?.Sources.OfType<FileConfigurationSource>() ?? [])
            file.OnLoadException = NoteBroken;
        _watch = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    public TrustTable Table => _table;

    public void Dispose() => _watch.Dispose();

    private void NoteBroken(FileLoadExceptionContext failed)
    {
        _broken[failed.Provider.Source] = true;
        Unreadable(_log, failed.Provider.Source.Path, failed.Exception.GetType().Name);
    }

    // A file that cannot be read counts as empty until it can: what it switched off would be on.
    private bool IsBroken(FileConfigurationProvider file) =>
        _broken.ContainsKey(file.Source) && !file.GetChildKeys([], parentPath: null).Any();

    private void Reload()
    {
        try
        {
            if ((_configuration as IConfigurationRoot)?.Providers.OfType<FileConfigurationProvider>().FirstOrDefault(IsBroken) is { } broken)
                throw new InvalidSettingsException([$"{broken.Source.Path} cannot be read"]);
            var table = SiteSettings.Read(_configuration).Check(_environment, _knowledge.Wordings.Keys);
            if (table.IsAnonymous != _table.IsAnonymous || table.PublicBase != _table.PublicBase)
                throw new InvalidSettingsException([$"{SiteSettings.Section}: the first Issuer and PublicBaseUrl decide who can reach this service and change only with a restart"]);
            _table = table;
            Reloaded(_log, table.Ehrs.Length);
        }
        catch (InvalidSettingsException invalid)
        {
            foreach (var fault in invalid.Errors)
                Kept(_log, fault);
        }
        catch (Exception unforeseen)
        {
            Kept(_log, unforeseen.GetType().Name);
        }
    }

    [LoggerMessage(LogLevel.Information, "The settings were read again: {Ehrs} EHRs")]
    private static partial void Reloaded(ILogger log, int ehrs);

    [LoggerMessage(LogLevel.Error, "The changed settings file {File} cannot be read, the earlier settings stay: {Type}")]
    private static partial void Unreadable(ILogger log, string? file, string type);

    [LoggerMessage(LogLevel.Error, "The changed settings are not usable, the earlier ones stay: {Fault}")]
    private static partial void Kept(ILogger log, string fault);
}
