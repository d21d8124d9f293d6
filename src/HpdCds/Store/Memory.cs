using System.Security.Cryptography.X509Certificates;
using HpdCds.Reports;
using HpdCds.Trust;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace HpdCds.Store;

/// <summary>Composes what the service remembers.</summary>
public static class Memory
{
    public static void AddMemory(this IServiceCollection services, SiteSettings settings, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton<CardContexts>().AddSingleton<LaunchRows>().AddSingleton<Database>().AddSingleton<Pseudonyms>().AddSingleton<Repeats>().AddSingleton<Decisions>().AddSingleton<TokenLedger>().AddSingleton<KeyRing>().AddSingleton<SpillFiles>().AddSingleton<Journal>().AddSingleton<Retention>();
        services.AddHostedService(provider => provider.GetRequiredService<Journal>()).AddHostedService(provider => provider.GetRequiredService<Retention>());
        // Whatever befalls the store, answers go on.
        services.Configure<HostOptions>(host => host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore);
        services.AddHealthChecks().AddCheck<Journal>("store");
        ReportEndpoints.Add(services, settings, environment);
        var protection = services.AddDataProtection().SetApplicationName("HpdCds");
        services.AddOptions<KeyManagementOptions>().Configure<KeyRing>((options, ring) => options.XmlRepository = ring);
        if (settings.Store.KeyCertificate is { } file)
            protection.ProtectKeysWithCertificate(X509CertificateLoader.LoadPkcs12FromFile(file, settings.Store.KeyCertificatePassword));
    }
}
