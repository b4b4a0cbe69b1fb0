// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: GPUs on PCI
 *
 * Nothing here has run on silicon. A GPU on PCI is bound only if the module was
 * loaded with its device id, force_probe=2204, with several, force_probe=2204,1f08, or
 * with force_probe=* for every one; otherwise probe leaves it to others.
 */

#include <linux/module.h>
#include <linux/pci.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "drm/device.h"
#include "drm/driver.h"

#define CNOVA_PCI_BAR0		0
#define CNOVA_PCI_BAR1		1

static char *cnova_force_probe = "";
module_param_named(force_probe, cnova_force_probe, charp, 0400);
MODULE_PARM_DESC(force_probe,
		 "PCI device ids (hex, separated by commas) to bind to, or *; never tried on silicon");

/* Is @id in the list, which is "*" or hexadecimal numbers? */
static bool cnova_pci_is_forced(u16 id)
{
	const char *list = cnova_force_probe;

	if (sysfs_streq(list, "*"))
		return true;

	while (*list) {
		size_t len = strcspn(list, ",");
		char word[8];
		u16 forced;

		if (len < sizeof(word)) {
			memcpy(word, list, len);
			word[len] = 0;
			if (!kstrtou16(strim(word), 16, &forced) && forced == id)
				return true;
		}

		list += len;
		list += *list == ',';
	}

	return false;
}

static int cnova_pci_map(struct pci_dev *pdev, struct cnova_device *cnova)
{
	void __iomem *bar0;
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return err;

	bar0 = pcim_iomap_region(pdev, CNOVA_PCI_BAR0, "cnova");
	if (IS_ERR(bar0))
		return PTR_ERR(bar0);

	if (pci_resource_len(pdev, CNOVA_PCI_BAR1)) {
		err = pcim_request_region(pdev, CNOVA_PCI_BAR1, "cnova");
		if (err)
			return err;
		cnova->bar1_phys = pci_resource_start(pdev, CNOVA_PCI_BAR1);
		cnova->bar1_size = pci_resource_len(pdev, CNOVA_PCI_BAR1);
	}

	pci_set_master(pdev);
	cnova_io_init_pci(&cnova->io, bar0, pci_resource_len(pdev, CNOVA_PCI_BAR0));

	/* Without, the kernel's own accesses go through the window, slowly. */
	if (cnova->bar1_size) {
		cnova->io.bar1_size = cnova->bar1_size;
		cnova->io.bar1 = devm_ioremap_wc(&pdev->dev, cnova->bar1_phys, cnova->bar1_size);
	}
	return 0;
}

static int cnova_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct cnova_device *cnova;
	int err;

	if (!cnova_pci_is_forced(pdev->device))
		return -ENODEV;

	pci_warn(pdev, "force_probe: nothing in this driver has run on silicon; anything may happen\n");

	cnova = cnova_device_create(&pdev->dev);
	if (IS_ERR(cnova))
		return PTR_ERR(cnova);

	pci_set_drvdata(pdev, cnova);
	err = cnova_pci_map(pdev, cnova);
	if (err)
		return err;

	/* Reads BOOT_42, and refuses a chip that is not in the table. */
	err = cnova_device_start(cnova);
	if (err)
		return err;

	err = drm_dev_register(&cnova->drm, 0);
	if (err)
		cnova_device_stop(cnova);

	return err;
}

static void cnova_pci_remove(struct pci_dev *pdev)
{
	cnova_device_remove(pci_get_drvdata(pdev));
}

static const struct pci_device_id cnova_pci_ids[] = {
	{
		PCI_DEVICE(PCI_VENDOR_ID_NVIDIA, PCI_ANY_ID),
		.class = PCI_BASE_CLASS_DISPLAY << 16,
		.class_mask = 0xff << 16,
	},
	{ }
};

static struct pci_driver cnova_pci_driver = {
	.name = "cnova",
	.id_table = cnova_pci_ids,
	.probe = cnova_pci_probe,
	.remove = cnova_pci_remove,
};

/**
 * cnova_pci_register() - Be there for GPUs on PCI, if asked to. Module start only.
 *
 * Return: 0, or what the driver core says.
 */
int cnova_pci_register(void)
{
	return *cnova_force_probe ? pci_register_driver(&cnova_pci_driver) : 0;
}

/** cnova_pci_unregister() - End of that. Module end only. */
void cnova_pci_unregister(void)
{
	if (*cnova_force_probe)
		pci_unregister_driver(&cnova_pci_driver);
}
