using HpdCds;
using HpdCds.Explain;
using HpdCds.Sandbox;
using HpdCds.Sandbox.Orders;

var ehr = EhrHost.Build(args);
await ehr.StartAsync();
var addresses = ehr.Services.GetRequiredService<SandboxAddresses>();

// The service is a second host, as another party would run it: the two talk over HTTP only.
var service = HpdCdsService.Build([$"--urls={addresses.Service}"], builder => builder.Configuration.AddInMemoryCollection(SandboxSite.Settings(addresses)));
await service.StartAsync();
ehr.Services.GetRequiredService<ServiceReading>().Explainer = service.Services.GetRequiredService<Explainer>();

Console.WriteLine($"""
    EHR      {addresses.Ehr()}        patients, charts, orders
    FHIR R4  {addresses.FhirBase}   tokens only, except /metadata
    Service  {new Uri(addresses.Service, "/cds-services")}
    Try it   curl -s {addresses.Ehr()}/patients/bravo/request.json | curl -s -H 'Content-Type: application/json' -H "Authorization: Bearer $(curl -s {addresses.Ehr()}/token?path=/cds-services/hpd-risk)" -d @- {new Uri(addresses.Service, "/cds-services/hpd-risk")}
    """);
await Task.WhenAny(ehr.WaitForShutdownAsync(), service.WaitForShutdownAsync());
await Task.WhenAll(ehr.StopAsync(), service.StopAsync());
